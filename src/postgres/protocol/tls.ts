/**
 * Whether and how a connection speaks TLS. It means what it means to libpq, chapter 34.19 of Postgres' manual.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { ConnectionParameters } from "../base/connection_url.ts";
import { ConnectionError } from "../base/errors.ts";
import type { EngineOptions } from "../base/options.ts";
import { homeFile } from "./environment.ts";

export interface TlsMode {
  /** What happens where the server cannot. */
  readonly isRequired: boolean;
  /** Whether the connection begins with TLS, without asking first. */
  readonly isDirect: boolean;
  /** Whether the server is told which host is meant, before anything is secret. */
  readonly namesHost: boolean;
  readonly options: ConnectionOptions;
}

/** Where the user's own certificates lie, as libpq has it. */
const FOLDER = ".postgresql";

/**
 * What the options say, and else the parameters; `undefined` for no TLS.
 *
 * @throws {ConnectionError} When a file cannot be read, or what is said contradicts itself.
 */
export function tlsMode(ssl: EngineOptions["ssl"], found: ConnectionParameters): TlsMode | undefined {
  const isSystem = found.sslrootcert === "system";
  const said = found.sslmode || (isSystem ? "verify-full" : "disable");
  const mode = ssl === undefined ? said : ssl === true ? "verify-full" : ssl === false ? "disable" : ssl;
  if (mode === "disable") return undefined;
  const isDirect = found.sslnegotiation === "direct";
  const namesHost = found.sslsni !== "0";
  if (typeof mode === "object")
    return { isRequired: true, isDirect, namesHost, options: mode as ConnectionOptions };
  const isStrict = mode.startsWith("verify");
  if (isSystem && mode !== "verify-full") {
    throw new ConnectionError(
      `connect to Postgres: sslrootcert=system trusts everybody who has a certificate, so sslmode=${mode} is too weak with it; use sslmode=verify-full`,
    );
  }
  const ca = isSystem ? undefined : rootsOf(found.sslrootcert, mode);
  return {
    isRequired: mode !== "prefer" && mode !== "allow",
    isDirect,
    namesHost,
    options: {
      ...clientCertificate(found),
      ...(ca === undefined ? {} : { ca }),
      ...(found.sslcrl ? { crl: read(found.sslcrl, "sslcrl") } : {}),
      ...(found.ssl_min_protocol_version ? { minVersion: found.ssl_min_protocol_version } : {}),
      ...(found.ssl_max_protocol_version ? { maxVersion: found.ssl_max_protocol_version } : {}),
      // With roots that were named a server must have a certificate of theirs, in each mode.
      rejectUnauthorized: isStrict || ca !== undefined,
      ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    } as ConnectionOptions,
  };
}

/** The certificates of the authorities to trust. Those in the user's folder need not be named, but for the weakest modes. */
function rootsOf(named: string | undefined, mode: string): string | undefined {
  if (named) return read(named, "sslrootcert");
  const file = mode === "prefer" || mode === "allow" ? undefined : homeFile(`${FOLDER}/root.crt`);
  return file === undefined ? undefined : read(file, "sslrootcert");
}

function clientCertificate(found: ConnectionParameters): ConnectionOptions {
  if (found.sslcertmode === "disable") return {};
  const certificate = found.sslcert || homeFile(`${FOLDER}/postgresql.crt`);
  if (!certificate) return {};
  const key = found.sslkey || homeFile(`${FOLDER}/postgresql.key`);
  return {
    cert: read(certificate, "sslcert"),
    ...(key ? { key: read(key, "sslkey") } : {}),
    ...(found.sslpassword ? { passphrase: found.sslpassword } : {}),
  };
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConnectionError(
      `connect to Postgres: the file that ${name} names cannot be read: ${(cause as Error).message}; correct it`,
      { code: (cause as { code?: string }).code, cause },
    );
  }
}
