/**
 * Whether and how a connection speaks TLS.
 *
 * @module
 */

import type { PoolSettings, TlsOptions } from "../options.ts";

export interface TlsMode {
  /** What happens where the server cannot. */
  readonly isRequired: boolean;
  /** Whether the connection begins with TLS, without asking first. */
  readonly isDirect: boolean;
  readonly options: TlsOptions;
}

const UNCHECKED: readonly unknown[] = ["require", "allow", "prefer"];

/** What the options and the URL say; `undefined` for no TLS. */
export function tlsMode({ url, ssl }: PoolSettings): TlsMode | undefined {
  const parameters = new URL(url).searchParams;
  const isSystem = parameters.get("sslrootcert") === "system";
  const mode =
    ssl ?? parameters.get("sslmode") ?? parameters.get("ssl") ?? (isSystem ? "verify-full" : false);
  if (mode === false || mode === "disable" || mode === "false") return undefined;
  return {
    isRequired: mode !== "prefer" && mode !== "allow",
    isDirect: parameters.get("sslnegotiation") === "direct",
    options: typeof mode === "object" ? mode : { rejectUnauthorized: !UNCHECKED.includes(mode) },
  };
}
