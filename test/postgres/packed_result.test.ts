import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  engineOf,
  flagsOf,
  numberColumns,
  roomBeforeRows,
  writeHeader,
} from "../../src/postgres/query/packed_result.ts";

const test = suite("packed results");

test("what nobody has set is nothing, whatever stood in the memory before", () => {
  const columns = numberColumns("some columns");
  const result = new Uint8Array(roomBeforeRows(columns) + 100_000).fill(0xff);
  writeHeader(result, columns, 1000);
  assert.is(flagsOf(result), 0);
  assert.is(engineOf(result), 0);
});

test.run();
