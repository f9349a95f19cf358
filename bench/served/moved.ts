/**
 * 64 MiB that go to and fro without being copied.
 *
 * @module
 */

import { transfer } from "../../mod.ts";

let kept = new Uint8Array(2 ** 26);

export async function give(): Promise<Uint8Array<ArrayBuffer>> {
  return transfer(kept, [kept.buffer]);
}

export async function takeBack(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  kept = bytes;
}
