// A program with Postgres, to be bundled together with awaitlet.
import { asyncDef, blockingModule } from "../../../mod.ts";
import { createAsyncEngine, ProgrammingError } from "../../../src/postgres/mod.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

export async function main(url: string): Promise<void> {
  const engine = createAsyncEngine(url);
  console.log(await engine.begin((conn) => conn.runSync(logic.ask, "by a connection")));
  console.log(await asyncDef(logic.askEngine, engine.engine));
  const error: unknown = await asyncDef(logic.mistake, engine.engine).catch((error: unknown) => error);
  console.log(error instanceof ProgrammingError, (error as ProgrammingError).code);
  await engine.dispose();
}

void main(process.argv[2] as string);
