// The async front.
import process from "node:process";
import { blockingModule } from "../../mod.ts";
import { db, dropTables } from "./db.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
const built = blockingModule<typeof import("./built.ts")>(new URL("./built.ts", import.meta.url));

await logic.setUp();
console.log(JSON.stringify(await logic.add("ann", 30, ["Mog", "Rex"])));
console.log(JSON.stringify(await logic.add("bob", 7, ["Tibbles"])));
console.log(JSON.stringify(await logic.petsOf("ann")));
console.log(JSON.stringify(await logic.grownUps()));
console.log(JSON.stringify(await logic.pets()));
console.log(JSON.stringify(await logic.count()));
console.log(JSON.stringify(await logic.longestName()));
console.log(JSON.stringify(await built.celebrate(process.env.DATABASE_URL ?? "", "bob")));
await dropTables();
await db.destroy();
