import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Cancellation, readOutcome, writeOutcome } from "../../src/bridge/outcome.ts";
import { TaskFrame } from "../../src/bridge/wait_stack.ts";
import { Reader, Writer } from "../../src/wire/codec.ts";
import { NO_FUNCTIONS } from "../wire/round_trip.ts";

const test = suite("outcome");

/** What reads an outcome as the other side has written it. */
function sent(value: unknown, cancellation: Cancellation | undefined): Reader {
  const writer = new Writer(NO_FUNCTIONS);
  writer.begin();
  writeOutcome(writer, { outcome: "threw", value }, "result", cancellation);
  const { bytes, attachments } = writer.finish();
  const reader = new Reader(NO_FUNCTIONS);
  reader.begin(bytes.slice(), attachments);
  return reader;
}

for (const isKnown of [true, false]) {
  const where = isKnown ? "knows the reason" : "has heard of no cancellation";
  test(`the reason of a task is the very same on the loop, where its thread ${where}`, () => {
    const reason = new Error("the reason");
    const frame = new TaskFrame(1, false);
    if (isKnown) frame.cancellation = { reason: new Error("its copy") };
    const { value: thrown } = readOutcome(sent(reason, { reason }), frame);
    assert.is((thrown as Error).message, isKnown ? "its copy" : "The task was aborted");
    const { value: arrived } = readOutcome(sent(thrown, frame.cancellation), { cancellation: { reason } });
    assert.is(arrived, reason);
  });
}

test.run();
