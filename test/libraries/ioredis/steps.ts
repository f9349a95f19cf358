/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";

type Ioredis = typeof import("ioredis");

const prefix = "awaitlet-test:";

export const steps = {
  *commands({ Redis }: Ioredis, url: string): Steps {
    const redis = yield new Redis(url, { keyPrefix: prefix });
    yield redis.del("n", "s", "h", "l");
    const given = [
      yield redis.set("s", "ann", "EX", 60),
      yield redis.get("s"),
      yield redis.get("nothing"),
      yield redis.incrby("n", 41),
      yield redis.hset("h", { a: 1, b: "two" }),
      yield redis.hgetall("h"),
      yield redis.rpush("l", 1, 2, 3),
      yield redis.lrange("l", 0, -1),
      yield redis.call("type", `${prefix}l`),
    ];
    yield redis.del("n", "s", "h", "l");
    yield redis.quit();
    return given;
  },
  *buffers({ Redis }: Ioredis, url: string): Steps {
    const redis = yield new Redis(url, { keyPrefix: prefix });
    yield redis.set("bytes", Buffer.from([0, 1, 255]));
    const bytes = yield redis.getBuffer("bytes");
    yield redis.del("bytes");
    yield redis.quit();
    return [Buffer.isBuffer(bytes), bytes.toString("hex")];
  },
  *pipeline({ Redis }: Ioredis, url: string): Steps {
    const redis = yield new Redis(url, { keyPrefix: prefix });
    const piped = yield redis.pipeline().set("p", 1).incr("p").get("p").del("p").exec();
    const made = yield redis.multi().set("m", "x").lpush("m", "y").del("m").exec();
    yield redis.quit();
    const shown = (results: [Error | null, unknown][]) =>
      results.map(([error, value]) => [error && failure(error), value]);
    return [shown(piped), shown(made)];
  },
  *script({ Redis }: Ioredis, url: string): Steps {
    const redis = yield new Redis(url);
    const [a, b] = [yield redis.eval("return {KEYS[1], ARGV[1]}", 1, "k", "v"), yield redis.time()];
    yield redis.quit();
    return [a, b.length];
  },
  *scan({ Redis }: Ioredis, url: string): Steps {
    const redis = yield new Redis(url, { keyPrefix: prefix });
    yield redis.sadd("set", "a", "b", "c");
    const [cursor, members] = yield redis.sscan("set", 0);
    yield redis.del("set");
    yield redis.quit();
    return [cursor, members.sort()];
  },
  *pubSub({ Redis }: Ioredis, url: string): Steps {
    const heard: unknown[] = [];
    const subscriber = yield new Redis(url);
    const publisher = yield new Redis(url);
    const count = yield subscriber.subscribe(`${prefix}news`);
    const hear = (channel: string, message: string) => void heard.push([channel, message]);
    yield subscriber.on("message", hear);
    yield publisher.publish(`${prefix}news`, "one");
    yield publisher.publish(`${prefix}news`, "two");
    for (let i = 0; heard.length < 2 && i < 200; i++) yield subscriber.ping();
    yield subscriber.unsubscribe();
    yield subscriber.removeAllListeners("message");
    yield [subscriber.quit(), publisher.quit()];
    return [count, heard];
  },
  *errors({ Redis }: Ioredis, url: string): Steps {
    const told: unknown[] = [];
    const redis = yield new Redis(url, { keyPrefix: prefix });
    yield redis.set("text", "x");
    try {
      yield redis.incr("text");
    } catch (error) {
      told.push(failure(error));
    }
    try {
      yield redis.call("nosuch", "a");
    } catch (error) {
      told.push(failure(error));
    }
    yield redis.del("text");
    yield redis.quit();
    try {
      yield redis.get("text");
    } catch (error) {
      told.push(failure(error));
    }
    return told;
  },
};
