/**
 * Run blocking-style TypeScript, unchanged, inside async programs, on Node, Deno and Bun.
 *
 * @module
 */

export { type AsyncDef, type AsyncDefOptions, asyncDef } from "./src/async_def.ts";
export {
  type AwaitletResult,
  awaitlet,
  type Held,
  hold,
  isBlockingThread,
  type Reference,
} from "./src/awaitlet.ts";
export {
  NoAwaitletContext,
  NoAwaitOccurred,
  NotTransferable,
  QueueFull,
  ReferenceReleased,
  ThreadDied,
} from "./src/base/errors.ts";
export {
  BlockingThreads,
  type BlockingThreadsCloseOptions,
  type BlockingThreadsOptions,
  type BlockingThreadsStats,
} from "./src/blocking_threads.ts";
export { ContextVar, currentSignal } from "./src/context_var.ts";
export { type Item, type IterateOptions, iterate } from "./src/iterate.ts";
export {
  asyncModule,
  type BlockingFunction,
  type BlockingModule,
  type BlockingModuleOptions,
  type BlockingResult,
  blockingModule,
  eventLoop,
  type FromBlockingModule,
  type Given,
} from "./src/modules.ts";
export { onTaskEnd } from "./src/on_task_end.ts";
export type { Live, Recorded, RecordedClass, RecordedMembers } from "./src/recorded.ts";
export {
  type SyncDef,
  type SyncDefOptions,
  type SyncModule,
  type SyncModuleOptions,
  syncDef,
  syncModule,
} from "./src/sync_def.ts";
export type { TaskOptions } from "./src/threads/options.ts";
export { type ClassForm, type ErrorClass, registerClass, registerError } from "./src/wire/codec.ts";
export { transfer } from "./src/wire/transfer.ts";
