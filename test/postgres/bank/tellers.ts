import {
  ConnectionError,
  createEngine,
  DeadlockDetected,
  type Engine,
  type EngineOptions,
  SerializationFailure,
  sql,
} from "../../../src/postgres/mod.ts";

/** The bank that every function here is given. */
export interface Bank {
  readonly url: string;
  readonly options: EngineOptions;
  readonly accounts: number;
}

interface Transfer {
  /** Known before it is tried: whether it was done can be looked up in the ledger. */
  readonly id: number;
  readonly source: number;
  readonly target: number;
  readonly amount: number;
}

/** How often what came between the transfers. */
export interface Tally {
  /** Another transaction: a serialization failure or a deadlock. */
  conflicts: number;
  /** The connection was lost, and the ledger did not have the transfer. */
  lost: number;
  /** The connection was lost, and yet the ledger had the transfer. */
  found: number;
}

const engineOf = ({ url, options }: Bank): Engine => createEngine(url, options);

export function establish(bank: Bank): void {
  engineOf(bank).begin((conn) => {
    conn.execute(sql`create table account (id int primary key, balance int not null) with (fillfactor = 20)`);
    conn.execute(sql`create table ledger (id int primary key, source int, target int, amount int not null)`);
    conn.execute(
      sql`insert into account select id, 1000 from generate_series(1, ${bank.accounts}::int) as id`,
    );
  });
}

/** One teller does a number of transfers between random accounts, each until it is done. */
export function serve(bank: Bank, teller: number, count: number): Tally {
  const engine = engineOf(bank);
  const random = randomOf(teller);
  const tally: Tally = { conflicts: 0, lost: 0, found: 0 };
  for (let i = 0; i < count; i++) {
    const source = 1 + random(bank.accounts);
    const target = 1 + ((source + random(bank.accounts - 1)) % bank.accounts);
    complete(engine, { id: teller * count + i, source, target, amount: 1 + random(100) }, tally);
  }
  return tally;
}

function complete(engine: Engine, transfer: Transfer, tally: Tally): void {
  for (;;) {
    try {
      attempt(engine, transfer);
      return;
    } catch (error) {
      if (error instanceof SerializationFailure || error instanceof DeadlockDetected) tally.conflicts += 1;
      else if (!(error instanceof ConnectionError)) throw error;
      else if (!isInLedger(engine, transfer)) tally.lost += 1;
      else {
        tally.found += 1;
        return;
      }
    }
  }
}

function attempt(engine: Engine, { id, source, target, amount }: Transfer): void {
  engine.begin(
    (conn) => {
      conn.execute(sql`insert into ledger values (${id}, ${source}, ${target}, ${amount})`);
      const balanceOf = (account: number) =>
        conn.execute<{ balance: number }>(sql`select balance from account where id = ${account}`).one()
          .balance;
      const [before, after] = [balanceOf(source), balanceOf(target)];
      // Computed here, not there: what another transaction does in between would be lost if it were let.
      conn.execute(sql`update account set balance = ${before - amount} where id = ${source}`);
      conn.execute(sql`update account set balance = ${after + amount} where id = ${target}`);
    },
    { isolation: "serializable" },
  );
}

/** The connection may have been lost after the commit. This, too, is asked until there is an answer. */
function isInLedger(engine: Engine, { id }: Transfer): boolean {
  for (;;) {
    try {
      return engine.begin((conn) => conn.execute(sql`select from ledger where id = ${id}`).rowCount === 1);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }
}

/** Whole numbers from 0 to below a limit, the same each time (mulberry32). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
}

export function close(bank: Bank): void {
  engineOf(bank).dispose();
}
