// The async front.
import { blockingModule } from "../../mod.ts";
import { client, dropTables } from "./db.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

await logic.setUp();
console.log(JSON.stringify(await logic.add("ann", 30, ["Mog", "Rex"])));
console.log(JSON.stringify(await logic.add("bob", 7, ["Tibbles"])));
console.log(JSON.stringify(await logic.petsOf("ann")));
console.log(JSON.stringify(await logic.grownUps()));
console.log(JSON.stringify(await logic.find("bob")));
console.log(JSON.stringify(await logic.counts()));
console.log(JSON.stringify(await logic.addTwice("ann")));
await dropTables();
await client.end();
