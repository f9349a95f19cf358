/** The same steps for `await` and for `awaitlet()`. Each has subjects of its own: many may use one server. */

import type { Msg } from "@nats-io/transport-node";
import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";
import type { Take } from "../take.ts";

interface Given {
  nats: typeof import("@nats-io/transport-node");
  timers: typeof import("node:timers/promises");
  take: Take;
}

export const steps = {
  *connection({ nats: { connect } }: Given, url: string): Steps {
    const nc = yield connect({ servers: url, name: "awaitlet", maxReconnectAttempts: 0 });
    const before = [nc.isClosed(), nc.isDraining(), nc.getServer() === new URL(url).host];
    const { headers, version } = nc.info;
    const rtt = yield nc.rtt();
    yield nc.flush();
    const closed = nc.closed();
    yield nc.close();
    return [before, headers, typeof version, typeof rtt, yield closed, nc.isClosed(), nc.constructor.name];
  },
  *callback({ nats: { connect, createInbox }, timers }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    const heard: unknown[] = [];
    const sub = nc.subscribe(`${subject}.*`, {
      callback: (error: Error | null, message: Msg) => {
        heard.push([error, message.subject.slice(subject.length), message.string(), message.reply]);
      },
    });
    nc.publish(`${subject}.a`, "one");
    nc.publish(`${subject}.b`, new TextEncoder().encode("zwölf"), { reply: "back" });
    nc.publish(`${subject}.c`);
    yield nc.flush();
    for (let i = 0; heard.length < 3 && i < 600; i++) yield timers.setTimeout(5);
    const counts = [sub.getReceived(), sub.getProcessed(), sub.getPending(), sub.getMax(), sub.isClosed()];
    sub.unsubscribe();
    const { inMsgs, outMsgs } = nc.stats();
    yield nc.close();
    return [heard, counts, inMsgs, outMsgs, sub.isClosed()];
  },
  *iteration({ nats: { connect, createInbox }, take }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    const sub = nc.subscribe(subject);
    for (const n of [1, 2, 3]) nc.publish(subject, JSON.stringify({ n }));
    const told: unknown[] = [];
    for (const message of yield take(sub, 3)) {
      told.push([message.json(), message.data instanceof Uint8Array, message.data.length]);
    }
    const bounded = nc.subscribe(subject, { max: 2 });
    for (const text of ["a", "b", "c"]) nc.publish(subject, text);
    for (const message of yield take(bounded)) told.push(message.string());
    yield nc.close();
    return [told, sub.isClosed(), bounded.isClosed(), bounded.getProcessed()];
  },
  *request({ nats: { connect, createInbox } }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    nc.subscribe(subject, {
      callback: (_: Error | null, message: Msg) => {
        const { a, b } = message.json<{ a: number; b: number }>();
        message.respond(JSON.stringify({ sum: a + b }));
      },
    });
    const answer = yield nc.request(subject, JSON.stringify({ a: 1, b: 2 }), { timeout: 5000 });
    const [one, two] = yield [3, 4].map((a) => nc.request(subject, JSON.stringify({ a, b: 0 })));
    const alone = yield nc.request(subject, '{"a":5,"b":0}', { timeout: 5000, noMux: true });
    yield nc.drain();
    return [answer.json(), one.json(), two.string(), alone.string(), answer.constructor.name];
  },
  *requestMany({ nats: { connect, createInbox }, take }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    for (const name of ["ann", "bob"]) {
      nc.subscribe(subject, { callback: (_: Error | null, message: Msg) => message.respond(name) });
    }
    const answers = yield nc.requestMany(subject, "", { strategy: "count", maxMessages: 2, maxWait: 5000 });
    const names: string[] = [];
    for (const message of yield take(answers)) names.push(message.string());
    yield nc.close();
    return names.sort();
  },
  *headers({ nats: { connect, createInbox, headers, Match } }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    const given = yield headers();
    given.append("Id", "1");
    given.append("Id", "2");
    given.set("who", "ann");
    nc.subscribe(subject, {
      callback: (_: Error | null, message: Msg) =>
        message.respond(message.headers?.get("who") ?? "", { headers: message.headers as never }),
    });
    const { headers: back, data } = yield nc.request(subject, "", { timeout: 5000, headers: given });
    const told = [
      new TextDecoder().decode(data),
      back.values("Id"),
      back.get("WHO"),
      back.get("WHO", yield Match.IgnoreCase),
      [...back].sort(),
      back.has("no"),
      back.keys().sort(),
      back.hasError,
      back.code,
    ];
    yield nc.close();
    return told;
  },
  *queues({ nats: { connect, createInbox }, timers }: Given, url: string): Steps {
    const [one, two] = yield [connect({ servers: url }), connect({ servers: url })];
    const subject = yield createInbox("awaitlet");
    const heard: string[] = [];
    const callback = (_: Error | null, message: Msg) => void heard.push(message.string());
    for (const nc of [one, two]) nc.subscribe(subject, { queue: "workers", callback });
    yield [one.flush(), two.flush()];
    for (let i = 0; i < 10; i++) one.publish(subject, `${i}`);
    for (let i = 0; heard.length < 10 && i < 600; i++) yield timers.setTimeout(5);
    yield [one.drain(), two.drain()];
    return heard.sort();
  },
  *errors({ nats: { connect, createInbox, errors } }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    nc.subscribe(`${subject}.silent`, { callback: () => {} });
    const told: unknown[] = [];
    for (const use of [
      () => nc.request(`${subject}.nobody`, "", { timeout: 5000 }),
      () => nc.request(`${subject}.silent`, "", { timeout: 50 }),
      () => nc.publish("", "no subject"),
      () => nc.subscribe(subject, { timeout: 50 }).closed,
      () => nc.request(subject, "", { timeout: 0 }),
      () => connect({ servers: "nats://127.0.0.1:1", reconnect: false, timeout: 2000 }),
      () => nc.close().then(() => nc.flush()),
      () => nc.publish(subject, "too late"),
    ]) {
      try {
        yield use();
        told.push("nothing was thrown");
      } catch (error) {
        const { cause } = error as Error;
        const shown = JSON.stringify([failure(error), cause && failure(cause)]).replaceAll(
          subject,
          "SUBJECT",
        );
        told.push(JSON.parse(shown), error instanceof Error);
      }
    }
    const made = yield new errors.TimeoutError();
    return [told, failure(made)];
  },
  *timeouts({ nats: { connect, createInbox }, take }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    const sub = nc.subscribe(subject, { timeout: 50 });
    const told: unknown[] = [];
    try {
      told.push(yield take(sub));
    } catch (error) {
      told.push(failure(error));
    }
    yield nc.close();
    return told;
  },
  *drain({ nats: { connect, createInbox }, take }: Given, url: string): Steps {
    const nc = yield connect({ servers: url });
    const subject = yield createInbox("awaitlet");
    const sub = nc.subscribe(subject);
    for (const text of ["a", "b"]) nc.publish(subject, text);
    const draining = nc.drain();
    const texts: string[] = [];
    for (const message of yield take(sub)) texts.push(message.string());
    yield draining;
    return [texts, nc.isClosed(), yield nc.closed(), yield sub.closed];
  },
  *status({ nats: { connect }, take }: Given, url: string): Steps {
    const nc = yield connect({ servers: url, reconnectTimeWait: 10 });
    const status = nc.status();
    yield nc.reconnect();
    const told: string[] = [];
    for (const { type } of yield take(status, 3)) told.push(type);
    yield nc.flush();
    yield nc.close();
    return [told, nc.isClosed()];
  },
};
