/**
 * The URL of a database: the one place that reads it. It means what it means to libpq, chapter 34.1.1 of Postgres' manual.
 *
 * @module
 */

import { nearestOf } from "../../base/check_options.ts";
import { isEmbedded } from "./embedded_url.ts";
import { ConnectionError } from "./errors.ts";

const FORM = "postgres://user:password@host:5432/database";

/**
 * What a URL may say, by the names that libpq has for it, each with the variable of the environment that says the same
 * where the URL does not.
 */
export const PARAMETERS: Readonly<Record<string, string | undefined>> = {
  application_name: "PGAPPNAME",
  channel_binding: "PGCHANNELBINDING",
  client_encoding: "PGCLIENTENCODING",
  connect_timeout: "PGCONNECT_TIMEOUT",
  dbname: "PGDATABASE",
  fallback_application_name: undefined,
  gssdelegation: "PGGSSDELEGATION",
  gssencmode: "PGGSSENCMODE",
  gsslib: "PGGSSLIB",
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  keepalives: undefined,
  keepalives_count: undefined,
  keepalives_idle: undefined,
  keepalives_interval: undefined,
  krbsrvname: "PGKRBSRVNAME",
  load_balance_hosts: "PGLOADBALANCEHOSTS",
  max_protocol_version: "PGMAXPROTOCOLVERSION",
  min_protocol_version: "PGMINPROTOCOLVERSION",
  options: "PGOPTIONS",
  passfile: "PGPASSFILE",
  password: "PGPASSWORD",
  port: "PGPORT",
  replication: undefined,
  require_auth: "PGREQUIREAUTH",
  requirepeer: "PGREQUIREPEER",
  service: "PGSERVICE",
  servicefile: "PGSERVICEFILE",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  sslcert: "PGSSLCERT",
  sslcertmode: "PGSSLCERTMODE",
  sslcompression: "PGSSLCOMPRESSION",
  sslcrl: "PGSSLCRL",
  sslcrldir: "PGSSLCRLDIR",
  sslkey: "PGSSLKEY",
  sslmode: "PGSSLMODE",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslpassword: undefined,
  sslrootcert: "PGSSLROOTCERT",
  sslsni: "PGSSLSNI",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  tcp_user_timeout: undefined,
  user: "PGUSER",
};

/** What a parameter may say, where that is one of a few words. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ["disable", "prefer", "require"],
  keepalives: ["0", "1"],
  load_balance_hosts: ["disable", "random"],
  sslmode: ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
  sslnegotiation: ["postgres", "direct"],
  sslsni: ["0", "1"],
  ssl_max_protocol_version: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  ssl_min_protocol_version: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  target_session_attrs: ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
};

/** What cannot be done here, and may not be ignored: whoever asks for it relies on it. */
const IMPOSSIBLE: Readonly<Record<string, (value: string) => boolean>> = {
  gssencmode: (value) => value === "require",
  replication: (value) => !["", "0", "false", "off", "no"].includes(value),
  require_auth: (value) => value !== "",
  requirepeer: (value) => value !== "",
  sslcertmode: (value) => value === "require",
  sslcrldir: (value) => value !== "",
};

/** Where a URL leads and how, as far as it says: by the names that libpq has for its parts. */
export type ConnectionParameters = Readonly<Record<string, string>>;

/**
 * Reads a URL.
 *
 * @param url The URL. It may name several hosts, each with a port or without.
 * @returns Its parts, decoded. Several hosts, and their ports, are separated by commas.
 * @throws {ConnectionError} When it is no URL of Postgres, or says something that there is not. The error repeats no secret.
 */
export function parseConnectionUrl(url: string): ConnectionParameters {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(?:\/\/)?(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || rest === undefined || !url.startsWith(`${scheme}://`)) throw malformed();
  if (!["postgres", "postgresql"].includes(scheme.toLowerCase())) {
    throw new ConnectionError(`connect to Postgres: the URL begins with "${scheme}:"; write it as ${FORM}`);
  }
  const [, authority = "", path, query] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  const found: Record<string, string> = {};
  const at = authority.lastIndexOf("@");
  if (at !== -1) readUser(authority.slice(0, at), found);
  readHosts(authority.slice(at + 1), found);
  if (path) setParameter(found, "dbname", decode(path));
  if (query) readQuery(query, found);
  return found;
}

/**
 * Tells where a URL leads, without its password.
 *
 * @param url The URL.
 * @returns The address, for messages: several for several hosts.
 * @throws {ConnectionError} When it is no URL of Postgres.
 */
export function addressOf(url: string): string {
  if (isEmbedded(url)) return url;
  const { host = "", hostaddr = "", port = "" } = parseConnectionUrl(url);
  const ports = port.split(",");
  return (host || hostaddr)
    .split(",")
    .map((name, i) => writeAddress(name, ports[i] ?? ports[0] ?? ""))
    .join(", ");
}

/** Writes an address for messages. */
export function writeAddress(host: string, port: string | number): string {
  return `${host.includes(":") ? `[${host}]` : host || "localhost"}:${port || 5432}`;
}

/**
 * Makes sure that a parameter is one that there is, and that it says something that there is.
 *
 * @param where Where it stands, for the error: `the URL`.
 */
export function checkParameter(name: string, value: string, where: string): void {
  if (!Object.hasOwn(PARAMETERS, name)) {
    const like = nearestOf(name, Object.keys(PARAMETERS));
    const remedy = like === undefined ? "" : `write "${like}", or `;
    throw refused(
      `${where} has a parameter "${shown(name)}", which there is not; ${remedy}leave it out, and give settings of the server as options=-c name=value`,
    );
  }
  if (value.includes("\0")) throw refused(`${where} holds a NUL character in its "${name}"; leave it out`);
  if (value !== "" && WORDS[name]?.includes(value) === false) {
    throw refused(
      `${where} has "${name}" as "${shown(value)}"; write one of ${(WORDS[name] as readonly string[]).join(", ")}`,
    );
  }
  if (IMPOSSIBLE[name]?.(value)) {
    throw refused(`${where} asks by "${name}" for what cannot be done here; leave it out`);
  }
}

/** Both halves of what stands before the @. */
function readUser(text: string, found: Record<string, string>): void {
  const colon = text.indexOf(":");
  const user = decode(colon === -1 ? text : text.slice(0, colon));
  // An empty one is none: the environment may have it.
  if (user !== "") setParameter(found, "user", user);
  if (colon !== -1 && colon < text.length - 1) {
    setParameter(found, "password", decode(text.slice(colon + 1)));
  }
}

function readHosts(text: string, found: Record<string, string>): void {
  if (text === "") return;
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const part of text.split(",")) {
    const [, bracketed, bare = "", port = ""] =
      /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]*))(?::(\d*))?$/i.exec(part) ?? [];
    if (bracketed === undefined && bare === "" && !/^(:\d*)?$/.test(part)) throw malformed();
    hosts.push(bracketed ?? decode(bare));
    ports.push(port);
  }
  if (hosts.some((host) => host !== "")) setParameter(found, "host", hosts.join(","));
  if (ports.some((port) => port !== "")) setParameter(found, "port", ports.join(","));
}

function readQuery(text: string, found: Record<string, string>): void {
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    // libpq has it as it stands, but URLSearchParams writes a space as a plus.
    const value = equals === -1 ? "" : decode(part.slice(equals + 1).replaceAll("+", " "));
    if (name === "ssl") setParameter(found, "sslmode", modeOf(value));
    else setParameter(found, name, value);
  }
}

/** JDBC says `ssl=true` for `sslmode=require`, and so does libpq; postgres.js has the modes there. */
function modeOf(value: string): string {
  if (value === "true" || value === "1" || value === "") return "require";
  return value === "false" || value === "0" ? "disable" : value;
}

function setParameter(found: Record<string, string>, name: string, value: string): void {
  checkParameter(name, value, "the URL");
  found[name] = value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused("the URL holds a % that begins no character; see whether its parts are percent-encoded");
  }
}

/** What the runtime says of a malformed URL repeats it, password and all: neither its message nor its cause may be used. */
function malformed(): ConnectionError {
  return new ConnectionError(`connect to Postgres: the URL is malformed; write it as ${FORM}`);
}

function refused(why: string): ConnectionError {
  return new ConnectionError(`connect to Postgres: ${why}`);
}

/** A name or a word as it may stand in a message. */
function shown(text: string): string {
  return text.replaceAll("\0", "\\0").slice(0, 60);
}
