// What is asked for across threads: by all contenders, hence JavaScript, which every peer's worker loads.

const smallRow = { id: 7, name: "ann", active: true };
const someBytes = new Uint8Array(2 ** 20).map((_, i) => i);

export const tableRows = Array.from({ length: 1000 }, (_, i) => ({
  id: i + 1,
  name: `name ${i}`,
  email: `someone.${i}@example.com`,
  score: i * 1.25,
  active: i % 2 === 0,
  created: new Date(1_700_000_000_000 + i * 60_000),
}));

/** A small row. */
export const row = async () => smallRow;

/** 1,000 rows of 6 columns. */
export const rows = async () => tableRows;

/** 1 MiB. */
export const bytes = async () => someBytes;
