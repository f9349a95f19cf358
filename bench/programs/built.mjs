// What the npm package holds, for programs that run as its users' do: without TypeScript, in a process of their own.

/** A module of the sources, as built: `npm run build` has to be run first. */
export const built = (path) =>
  import(new URL(`../../dist/${path.replace(/\.ts$/, ".js")}`, import.meta.url).href);
