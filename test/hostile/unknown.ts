/** A class whose module names one that is not there: no other thread can load it. */

import { registerClass } from "../../mod.ts";

export class Unknown {
  close(): void {}
}
registerClass(Unknown, {
  module: new URL("./not_there.ts", import.meta.url).href,
  toData: () => "data",
  fromData: () => new Unknown(),
});
