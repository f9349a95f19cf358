/**
 * Loads PGlite, when an embedded database is first opened: nobody else needs the package.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConnectionError } from "../base/errors.ts";

/** What is used of a PGlite. */
export interface PGlite {
  /** Runs messages at once, and hands over what the server says to them: views of its memory. */
  execProtocolRawStream(
    messages: Uint8Array,
    options: { readonly onRawData: (part: Uint8Array) => void },
  ): Promise<void>;
  close(): Promise<void>;
  /** The WebAssembly module's functions. */
  readonly Module: { _clear_setitimer?(): void };
}

interface PGlitePackage {
  readonly PGlite: {
    create(options: { readonly dataDir?: string; readonly loadDataDir?: Blob }): Promise<PGlite>;
  };
}

interface ClusterPackage {
  dataDir(): Promise<Blob>;
}

const PACKAGE = "@electric-sql/pglite";

/** A cluster made in advance: PGlite takes several seconds to make one. */
const CLUSTER = "@electric-sql/pglite-prepopulatedfs";

/**
 * Opens a database, and makes it first where there is none.
 *
 * @param folder Where it is; empty for one in memory.
 * @throws {ConnectionError} When PGlite is not installed, or cannot open it.
 */
export async function openPGlite(folder: string): Promise<PGlite> {
  const { PGlite } = await loadPGlite();
  const isThere = folder !== "" && existsSync(join(folder, "PG_VERSION"));
  const cluster = isThere ? undefined : await loadCluster();
  try {
    return await PGlite.create({
      ...(folder === "" ? {} : { dataDir: folder }),
      ...(cluster === undefined ? {} : { loadDataDir: cluster }),
    });
  } catch (cause) {
    const where = folder === "" ? "in memory" : `in ${folder}`;
    const remedy = isThere
      ? "see whether it is a database of this version of PGlite"
      : `see whether the folder may be written to, and whether ${CLUSTER}, where it is installed, is of the same version`;
    const { message = String(cause) } = cause as Partial<Error>;
    throw new ConnectionError(
      `open an embedded Postgres: PGlite cannot open the database ${where} (${message}); ${remedy}`,
      { cause },
    );
  }
}

async function loadPGlite(): Promise<PGlitePackage> {
  try {
    return await load<PGlitePackage>(PACKAGE);
  } catch (cause) {
    throw new ConnectionError(
      `open an embedded Postgres: PGlite cannot be loaded; install the package "${PACKAGE}"`,
      { cause },
    );
  }
}

async function loadCluster(): Promise<Blob | undefined> {
  const cluster = await load<ClusterPackage>(CLUSTER).catch(() => undefined);
  return await cluster?.dataDir();
}

/** By a name that bundlers and Deno do not follow: the package is optional, and large. */
async function load<M>(name: string): Promise<M> {
  return (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)) as M;
}
