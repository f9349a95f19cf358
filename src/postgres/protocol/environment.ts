/**
 * What this machine says of connections: the environment, and the files in the user's folder. As libpq has it, chapters 34.15
 * to 34.17 of Postgres' manual.
 *
 * @module
 */

import { readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type ConnectionParameters, checkParameter, PARAMETERS } from "../base/connection_url.ts";
import { ConnectionError } from "../base/errors.ts";

/** A variable of the environment; `undefined` where it is not set, or may not be looked at. */
export function variable(name: string): string | undefined {
  return allowed(() => process.env[name]) || undefined;
}

/** The name of the user whose process this is. */
export function systemUser(): string | undefined {
  return (
    allowed(() => userInfo().username) || variable("USERNAME") || variable("USER") || variable("LOGNAME")
  );
}

/** A file in the user's folder of that name, where it is there and may be read. */
export function homeFile(name: string): string | undefined {
  const home = variable("HOME") ?? allowed(() => homedir());
  const path = home === undefined ? undefined : join(home, name);
  return path !== undefined && allowed(() => statSync(path).isFile()) ? path : undefined;
}

/**
 * Adds to what a URL says what a service file says, and what the environment says.
 *
 * @throws {ConnectionError} When the service is in no file, or one of them says something that there is not.
 */
export function withDefaults(given: ConnectionParameters): ConnectionParameters {
  const found: Record<string, string> = { ...given };
  const service = given.service ?? variable("PGSERVICE");
  if (service !== undefined)
    Object.assign(found, { ...serviceParameters(service, given.servicefile), ...given });
  for (const [name, named] of Object.entries(PARAMETERS)) {
    const value = named === undefined || found[name] !== undefined ? undefined : variable(named);
    if (value === undefined) continue;
    checkParameter(name, value, `the environment's ${named}`);
    found[name] = value;
  }
  return found;
}

function serviceParameters(service: string, named: string | undefined): ConnectionParameters {
  const system = variable("PGSYSCONFDIR");
  const files = [
    named ?? variable("PGSERVICEFILE") ?? homeFile(".pg_service.conf"),
    system === undefined ? undefined : join(system, "pg_service.conf"),
  ];
  for (const file of files) {
    const text = file === undefined ? undefined : allowed(() => readFileSync(file, "utf8"));
    const found = text === undefined ? undefined : sectionOf(text, service, file as string);
    if (found !== undefined) return found;
  }
  throw new ConnectionError(
    `connect to Postgres: there is no service "${service}" in a service file; add it to the file that PGSERVICEFILE names, or to ~/.pg_service.conf`,
  );
}

/** The settings below `[service]`. */
function sectionOf(text: string, service: string, file: string): ConnectionParameters | undefined {
  let found: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (found !== undefined) return found;
      if (line === `[${service}]`) found = {};
    } else if (found !== undefined) {
      const equals = line.indexOf("=");
      const [name, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
      checkParameter(name, value, `the service file ${file}`);
      found[name] ??= value;
    }
  }
  return found;
}

/** Where a connection leads, as a password file is asked for it. */
export interface PasswordKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password of the first line of a password file that fits; `undefined` for none. */
export function passwordFromFile(named: string | undefined, key: PasswordKey): string | undefined {
  const file = named ?? homeFile(".pgpass");
  if (file === undefined) return undefined;
  const status = allowed(() => statSync(file));
  // As libpq: others must not be able to read it. Windows has no such mode.
  if (status === undefined || (process.platform !== "win32" && (status.mode & 0o77) !== 0)) return undefined;
  const wanted = [key.host, String(key.port), key.database, key.user];
  for (const line of (allowed(() => readFileSync(file, "utf8")) ?? "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = (line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).map((field) =>
      field.replace(/:$/, "").replaceAll(/\\(.)/g, "$1"),
    );
    if (fields.length >= 5 && wanted.every((word, i) => fields[i] === "*" || fields[i] === word)) {
      return fields[4];
    }
  }
  return undefined;
}

/** Deno asks for a permission for each of these; without it they are as if they were not there. */
function allowed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
