import { asyncModule, awaitlet } from "../../../mod.ts";

// The thread of the test parks in `syncDef()`, so the server is on its companion thread.
const server = asyncModule<typeof import("./server.ts")>(new URL("./server.ts", import.meta.url));

/** Starts the server, for `syncDef()`. */
export function startServer(): string {
  return awaitlet(server.start());
}

/** Stops it. */
export function stopServer(): void {
  awaitlet(server.stop());
}
