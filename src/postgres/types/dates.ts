/**
 * Points in time, as Postgres writes them and as a `Date` holds them: in milliseconds. A `timestamp` without time zone
 * is taken as UTC, both ways.
 *
 * @module
 */

/** 2000-01-01, from which Postgres counts, in milliseconds since 1970. */
const EPOCH = 946_684_800_000;

const INFINITY = 2n ** 63n - 1n;
const MINUS_INFINITY = -(2n ** 63n);

/**
 * Reads the binary form: microseconds as an integer of 64 bits.
 *
 * @returns The point in time; `Infinity` or `-Infinity` for what Postgres calls so.
 * @throws {RangeError} When it is beyond what a `Date` can hold.
 */
export function dateOfBytes(bytes: Uint8Array, at: number): Date | number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const high = view.getInt32(0);
  // Exact up to 2^53 microseconds, which is from 1714 to 2285.
  if (high < 2 ** 20 && high >= -(2 ** 20)) {
    return new Date(EPOCH + Math.floor((high * 2 ** 32 + view.getUint32(4)) / 1000));
  }
  const microseconds = view.getBigInt64(0);
  if (microseconds === INFINITY) return Number.POSITIVE_INFINITY;
  if (microseconds === MINUS_INFINITY) return Number.NEGATIVE_INFINITY;
  return checked(
    new Date(EPOCH + Number((microseconds - (((microseconds % 1000n) + 1000n) % 1000n)) / 1000n)),
  );
}

const FORM =
  /^(\d{4,})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/**
 * Reads the text form, with an offset or without.
 *
 * @returns The point in time; `Infinity` or `-Infinity` for what Postgres calls so.
 * @throws {RangeError} When it is beyond what a `Date` can hold.
 */
export function dateOfText(text: string): Date | number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const [, year, month, day, hours, minutes, seconds, fraction = "", sign, ...rest] = FORM.exec(text) ?? [];
  if (year === undefined) {
    throw new RangeError(
      `${JSON.stringify(text)} is no point in time in the form ISO 8601 gives it; set datestyle to ISO`,
    );
  }
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0, era] = rest;
  const date = new Date(0);
  // Not Date.UTC(), which takes the years 0 to 99 for others.
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(
    Number(hours),
    Number(minutes),
    Number(seconds),
    Number(fraction.padEnd(3, "0").slice(0, 3)),
  );
  const offset = Number(offsetHours) * 3600 + Number(offsetMinutes) * 60 + Number(offsetSeconds);
  return checked(new Date(date.getTime() - (sign === "-" ? -offset : offset) * 1000));
}

/**
 * Writes a point in time as Postgres reads it, in UTC.
 *
 * @throws {RangeError} When the date is invalid.
 */
export function textOfDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new RangeError("the date is invalid");
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, "");
  return year > 0
    ? `${String(year).padStart(4, "0")}${rest}`
    : `${String(1 - year).padStart(4, "0")}${rest} BC`;
}

function checked(date: Date): Date {
  if (!Number.isNaN(date.getTime())) return date;
  throw new RangeError("the point in time is beyond what a Date can hold; cast it to text");
}
