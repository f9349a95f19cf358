/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";

type Axios = typeof import("axios");
interface AxiosFailure extends Error {
  isAxiosError: boolean;
  response?: { status: number; data: unknown; headers: Record<string, string> };
  config: { method: string; url: string };
}

export const steps = {
  *get({ default: axios }: Axios, url: string): Steps {
    const { status, statusText, data, headers, config } = yield axios.get(`${url}/json`, {
      params: { a: 1 },
      headers: { "X-Test": "it" },
    });
    return [status, statusText, data, headers["x-answer"], config.method];
  },
  *post({ default: axios }: Axios, url: string): Steps {
    const one = yield axios.post(`${url}/json`, { name: "ann" });
    const two = yield axios({ method: "put", url: `${url}/json`, data: new URLSearchParams({ a: "b c" }) });
    return [one.data, two.data];
  },
  *instance({ default: axios }: Axios, url: string): Steps {
    const client = yield axios.create({ baseURL: url, timeout: 5000, headers: { "x-test": "instance" } });
    const [a, b] = yield [client.get("/json?n=1"), client.delete("/json")];
    return [a.data, b.data];
  },
  *bytes({ default: axios }: Axios, url: string): Steps {
    const { data } = yield axios.get(`${url}/bytes`, { responseType: "arraybuffer" });
    return [Buffer.isBuffer(data), data.toString("hex")];
  },
  *statusErrors({ default: axios }: Axios, url: string): Steps {
    const told: unknown[] = [];
    for (const status of [404, 500]) {
      try {
        yield axios.post(`${url}/status/${status}`, { a: 1 });
      } catch (error) {
        const { name, message, isAxiosError, response, config, ...rest } = error as AxiosFailure;
        told.push([name, message, isAxiosError, Reflect.get(rest, "code"), response?.status, response?.data]);
        told.push([response?.headers["x-answer"], config.method, yield axios.isAxiosError(error)]);
      }
    }
    return told;
  },
  *synchronousCallbacks({ default: axios }: Axios, url: string): Steps {
    const accepted = yield axios.get(`${url}/status/404`, { validateStatus: (status) => status < 500 });
    let refused: unknown;
    try {
      yield axios.get(`${url}/status/200`, { validateStatus: (status) => status !== 200 });
    } catch (error) {
      refused = (error as AxiosFailure).response?.status;
    }
    const made = yield axios.post(`${url}/json`, [1, 2], {
      transformRequest: [(data: number[]) => data.map((n) => n * 2).join("+")],
      transformResponse: (text: string) => JSON.parse(text).body,
      paramsSerializer: { serialize: ({ n }) => `n=${n + 1}` },
      params: { n: 1 },
    });
    return [accepted.status, refused, made.data];
  },
  *networkErrors({ default: axios }: Axios, url: string): Steps {
    const told: unknown[] = [];
    for (const [target, timeout] of [
      ["http://127.0.0.1:1/", 0],
      [`${url}/slow`, 50],
    ] as const) {
      try {
        yield axios.get(target, { timeout });
      } catch (error) {
        told.push(failure(error), (error as AxiosFailure).isAxiosError);
      }
    }
    return told;
  },
  *aborted({ default: axios }: Axios, url: string): Steps {
    try {
      yield axios.get(`${url}/json`, { signal: AbortSignal.abort() });
    } catch (error) {
      return [(error as Error).name, (error as Error).message, yield axios.isCancel(error)];
    }
    return "nothing was thrown";
  },
  *interceptors({ default: axios }: Axios, url: string): Steps {
    const client = yield axios.create({ baseURL: url });
    yield client.interceptors.request.use((config: { headers: Record<string, string> }) => {
      config.headers["x-test"] = "intercepted";
      return config;
    });
    yield client.interceptors.response.use((response: { data: object }) => ({
      ...response,
      data: { ...response.data, seen: true },
    }));
    const { data } = yield client.get("/json");
    return data;
  },
};
