/**
 * Refuses options that do not exist: a misspelt one would be ignored in silence.
 *
 * @module
 */

/** The names of all options of a function, as keys. The compiler demands each of them. */
export type OptionNames<T> = Readonly<Record<keyof Required<T>, true>>;

/**
 * Checks the options that a public function was given.
 *
 * @typeParam T The options.
 * @param caller The function, as its user calls it: `"asyncDef.with()"`.
 * @param options What it was given.
 * @param known The names of its options.
 * @throws {TypeError} when `options` is no object, or has an option that the function does not know.
 */
export function checkOptions<T extends object>(caller: string, options: T, known: OptionNames<T>): void {
  if (typeof options !== "object" || options === null) {
    const what = options === null ? "null" : `a ${typeof options}`;
    throw new TypeError(`${caller}: its options are ${what}; give an object, or nothing`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name))
      throw new TypeError(`${caller}: ${noSuchOption(name, Object.keys(known))}`);
  }
}

/** The most milliseconds that a timer takes. */
const LONGEST = 2 ** 31 - 1;

/**
 * Checks an option that is a number of milliseconds.
 *
 * @throws {RangeError} when it is none that a timer can be set to.
 */
export function checkMilliseconds(caller: string, name: string, ms: number | undefined): void {
  if (ms === undefined || (typeof ms === "number" && ms >= 0 && ms <= LONGEST)) return;
  throw new RangeError(`${caller}: ${name} is ${String(ms)}; give milliseconds, from 0 to ${LONGEST}`);
}

function noSuchOption(name: string, known: readonly string[]): string {
  const nearest = nearestOf(name, known);
  const list = `its options are ${known.join(", ")}`;
  const advice = nearest === undefined ? list : `write "${nearest}"? (${list})`;
  return `there is no option "${name}"; ${advice}`;
}

/** The known name that is most like the one that was written; `undefined` where none is like it. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const written = plain(name);
  const [nearest] = known
    .map((option) => ({ option, distance: distanceOf(written, plain(option)) }))
    .filter(({ option, distance }) => distance <= Math.max(name.length, option.length) / 2)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.option;
}

/** `connect_timeout`, `connect-timeout` and `connectTimeout` are one word. */
function plain(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/** How many letters to insert, delete, replace or swap with their neighbour: the optimal string alignment distance. */
function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        replaced,
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        swaps ? (beforeLast[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
