import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findModuleUrls } from "../../src/bundlers/module_urls.ts";

const test = suite("the URLs that name modules");

/** What is found: the text of each URL, and the path in it. */
const found = (code: string) =>
  findModuleUrls(code).map(({ start, end, path }) => [code.slice(start, end), path]);

const LOGIC = 'new URL("./logic.ts", import.meta.url)';

for (const call of [
  `blockingModule(${LOGIC})`,
  `blockingModule<typeof import("./logic.ts")>(${LOGIC})`,
  `blockingModule<Record<string, () => void>>(\n  ${LOGIC},\n  { loadTimeout: 1_000 },\n)`,
  `asyncModule(${LOGIC})`,
  `syncModule<M>(${LOGIC}, { timeout: 1 })`,
  `awaitlet.asyncModule(${LOGIC})`,
  `(0, awaitlet.blockingModule)(${LOGIC})`.replace(")(", "("),
  `asyncModule(/* the back */ // it is async\n${LOGIC})`,
]) {
  test(`in ${call}`, () => {
    assert.equal(found(`import * as awaitlet from "awaitlet";\nconst it = ${call};`), [
      [LOGIC, "./logic.ts"],
    ]);
  });
}

test("under another name of the function", () => {
  const code = `import { blockingModule as blocking, asyncModule as $async } from "awaitlet";
    blocking(${LOGIC}); $async(${LOGIC}); other(${LOGIC}); myblocking(${LOGIC});`;
  assert.is(found(code).length, 2);
});

test("however it is written", () => {
  for (const url of [
    "new URL('../back/db.mjs', import.meta.url)",
    "new  URL( `../back/db.mjs` , import . meta . url , )",
    'new URL(\n  /* webpackIgnore: true */ "../back/db.mjs",\n  import.meta.url,\n)',
  ]) {
    assert.equal(found(`import "awaitlet"; asyncModule(${url})`), [[url, "../back/db.mjs"]]);
  }
});

test("several in one module, in their order", () => {
  const code = `import "awaitlet"; a = asyncModule(new URL("./a.ts", import.meta.url));
    b = blockingModule(new URL("./b.ts", import.meta.url))`;
  assert.equal(
    found(code).map(([, path]) => path),
    ["./a.ts", "./b.ts"],
  );
});

test("the module itself: a whole program in a file, a class", () => {
  const code = `import "awaitlet"; const app = blockingModule<App>(import.meta.url);
    registerClass(Money, { module: import.meta.url, toData, fromData });`;
  assert.equal(found(code), [
    ["import.meta.url", undefined],
    ["import.meta.url", undefined],
  ]);
});

test("not in comments, strings and templates", () => {
  const call = `blockingModule(${LOGIC})`;
  const code = `import "awaitlet"; // ${call}
    /* ${call} */ a = '${call}'; b = \`${call} \\\` ${call}\`; c = "an \\" ${call.replaceAll('"', "'")}";`;
  assert.equal(found(code), []);
});

test("not what names no module, or none that can be told here", () => {
  for (const call of [
    `new Worker(${LOGIC})`,
    `readFile(${LOGIC})`,
    `asyncModule(new URL(name, import.meta.url))`,
    `asyncModule(new URL(\`./\${name}.ts\`, import.meta.url))`,
    `asyncModule(new URL("https://host/a.js", import.meta.url))`,
    `asyncModule(new URL("./a.ts", base))`,
    `asyncModule("node:fs/promises")`,
    `const here = import.meta.url`,
  ]) {
    assert.equal(found(`import "awaitlet"; ${call}`), [], call);
  }
});

test.run();
