/** What a release depends on, as it was found. */
export interface ReleaseState {
  /** The version in package.json, in deno.json, and in the code. */
  readonly version: string;
  readonly denoVersion: string;
  readonly ownVersion: string | undefined;
  readonly changelog: string;
  /** What git says is not committed. */
  readonly changes: string;
  /** The tags of this commit, where it is to be published. */
  readonly tag: string | undefined;
  /** Whether a CI service is there that can sign. */
  readonly hasSigner: boolean;
}

/** What stands in the way of a release, in words. */
export function problemsOf(state: ReleaseState): string[] {
  const { version, denoVersion, ownVersion, changelog, changes, tag, hasSigner } = state;
  const problems: string[] = [];
  if (denoVersion !== version) problems.push(`deno.json has version ${denoVersion}, package.json ${version}`);
  if (ownVersion !== version)
    problems.push(`src/runtime/copies.ts has version ${ownVersion}, package.json ${version}`);
  const heading = changelog.split("\n").find((line) => line.startsWith("## "));
  const [, newest, date] = /^## (\S+) - (.*)$/.exec(heading ?? "") ?? [];
  if (newest !== version) problems.push(`CHANGELOG.md begins with ${newest}; describe ${version} first`);
  if (changes !== "") problems.push(`there are changes that are not committed:\n${changes}`);
  if (tag === undefined) return problems;
  if (!/^\d{4}-\d\d-\d\d$/.test(date ?? ""))
    problems.push(`CHANGELOG.md has no date for ${version}, but "${date}"`);
  if (!tag.split("\n").includes(`v${version}`)) problems.push(`this commit has no tag v${version}`);
  if (!hasSigner)
    problems.push(
      "nothing here can sign the provenance; push the tag, and .github/workflows/release.yml publishes",
    );
  return problems;
}
