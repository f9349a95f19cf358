/**
 * The modules that the runtime brings, each loaded when it is first needed.
 *
 * On Node an `import` of one reads all its properties, so that they can be imported by name. That costs milliseconds, and
 * opens the standard streams where the module is `node:process`.
 *
 * @module
 */

type BuiltIns = NodeJS.Process["getBuiltinModule"];

/** What Deno's `getBuiltinModule()` leaves behind on `globalThis`, for its own use while it loads. */
const LEFT_BEHIND = "nodeBootstrap";

/** Gives a module of the runtime's own: `builtin("node:os")`. */
export const builtin: BuiltIns = ((name: string) => {
  const wasThere = Object.hasOwn(globalThis, LEFT_BEHIND);
  const module = process.getBuiltinModule(name);
  if (!wasThere) Reflect.deleteProperty(globalThis, LEFT_BEHIND);
  return module;
}) as BuiltIns;
