/**
 * What a CommonJS module exports. Its namespace shows what `module.exports` had when the module was loaded; Node and Deno even
 * find the names by reading its text, and miss those that are computed.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

type Namespace = Readonly<Record<string, unknown>>;

/** What holds the `module.exports` of a module, which may put another object there at any time. */
interface CommonJsModule {
  readonly exports: unknown;
}

/** The name by which newer versions of Node give `module.exports` itself. */
const ITSELF = "module.exports";

/**
 * Completes the namespace of a module that has been imported.
 *
 * @param url Where it was imported from.
 * @returns The namespace. Of a CommonJS module, what shows all that `module.exports` has whenever it is looked at.
 */
export function liveExports(namespace: Namespace, url: string): Namespace {
  const module = Object.hasOwn(namespace, "default") ? moduleOf(namespace, url) : undefined;
  return module === undefined || hasMore(namespace, module) ? namespace : viewOf(module, namespace);
}

/** Whether an ES module, whose default is the `module.exports` of another, exports more than that has. */
function hasMore(namespace: Namespace, { exports }: CommonJsModule): boolean {
  return Object.keys(namespace).some(
    (key) =>
      key !== "default" &&
      key !== ITSELF &&
      namespace[key] !== undefined &&
      !(isObject(exports) && key in exports),
  );
}

/** The module behind a namespace; `undefined` where it is an ES module. */
function moduleOf(namespace: Namespace, url: string): CommonJsModule | undefined {
  const exports = namespace[ITSELF] ?? namespace.default;
  const module = url.startsWith("file:") ? requiredModule(url) : moduleWith(exports);
  if (module?.exports === exports) return module;
  return Object.hasOwn(namespace, ITSELF) ? { exports } : undefined;
}

function requiredModule(url: string): CommonJsModule | undefined {
  try {
    const file = builtin("node:fs").realpathSync(new URL(url));
    return builtin("node:module").createRequire(url).cache[file];
  } catch {
    // Not to be found, or not to be read: it is what its namespace says.
    return undefined;
  }
}

/** The module that has these exports: a package is known by its name alone. */
function moduleWith(exports: unknown): CommonJsModule | undefined {
  if (!isObject(exports)) return undefined;
  const { cache } = builtin("node:module").createRequire(`${process.cwd()}/_`);
  return Object.values(cache).find((module) => module?.exports === exports);
}

function viewOf(module: CommonJsModule, namespace: Namespace): Namespace {
  const first = module.exports;
  // What these stand for is decided when a module is loaded: `module.exports`, or what that calls its default.
  const ofNamespace = ["default", ITSELF].filter((key) => Object.hasOwn(namespace, key));
  const isOfNamespace = (key: string | symbol): boolean => ofNamespace.includes(key as string);
  const has = (key: string | symbol): boolean => isOfNamespace(key) || hasProperty(module.exports, key);
  const get = (key: string | symbol): unknown => {
    const { exports } = module;
    if (isOfNamespace(key)) return namespace[key as string] === first ? exports : namespace[key as string];
    // A module is no promise, whatever it exports.
    if (key === "then" || !hasProperty(exports, key)) return undefined;
    return ownedBy(exports, exports[key]);
  };
  return new Proxy(Object.create(null) as Namespace, {
    get: (_, key) => get(key),
    has: (_, key) => has(key),
    set: (_, key, value) => isObject(module.exports) && Reflect.set(module.exports, key, value),
    ownKeys: () => [
      ...new Set([...ofNamespace, ...(isObject(module.exports) ? Object.keys(module.exports) : [])]),
    ],
    getOwnPropertyDescriptor: (_, key) =>
      has(key) ? { value: get(key), enumerable: true, writable: true, configurable: true } : undefined,
  });
}

/** What Object.prototype has is not exported. */
function hasProperty(exports: unknown, key: string | symbol): exports is Record<string | symbol, unknown> {
  if (!isObject(exports)) return false;
  return Object.hasOwn(exports, key) || (key in exports && !(key in Object.prototype));
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

/** The methods of an instance know only that as what they are called on; the functions of a plain object know each other. */
function ownedBy(exports: object, value: unknown): unknown {
  if (typeof value !== "function" || typeof exports === "function") return value;
  const prototype: unknown = Object.getPrototypeOf(exports);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain ? value : bound(exports, value as (...args: unknown[]) => unknown);
}

const methods = new WeakMap<object, WeakMap<object, unknown>>();

/** The same function each time. */
function bound(object: object, method: (...args: unknown[]) => unknown): unknown {
  let ofObject = methods.get(object);
  if (ofObject === undefined) {
    ofObject = new WeakMap();
    methods.set(object, ofObject);
  }
  let fn = ofObject.get(method);
  if (fn === undefined) {
    fn = method.bind(object);
    ofObject.set(method, fn);
  }
  return fn;
}
