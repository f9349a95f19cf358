/** What sessions do in blocking code. Each function gives what a test compares. */

import { desc, eq, gt } from "../../../demo/orm/operators.ts";
import { select } from "../../../demo/orm/select.ts";
import { Session } from "../../../demo/orm/session.ts";
import { sql } from "../../../src/postgres/mod.ts";
import { Note, others, thrown, User, withSession } from "./model.ts";

type Seen = Record<string, unknown>;

/** One object for one row, however it is read, and no query for what is here. */
export function identityMap(url: string): Seen {
  return withSession(url, ({ session, sent }) => {
    const ann = User({ name: "ann" });
    session.addAll([ann, User({ name: "bob" })]);
    session.flush();
    const reads = sent.length;
    const got = session.get(User, ann.id);
    return {
      gotTheSame: got === ann,
      withoutQuery: sent.length === reads,
      selectedTheSame: session.scalars(select(User).where(eq(User.name, "ann"))).one() === ann,
      all: session.scalars(select(User).orderBy(User.id)).all()[0] === ann,
      missing: session.get(User, -1),
      keptItsChange: (() => {
        ann.nick = "a";
        return session.scalars(select(User).where(eq(User.id, ann.id))).one().nick;
      })(),
    };
  });
}

/** Inserts, then updates, then deletes; objects of one table together, each statement once. */
export function flushOrder(url: string): Seen {
  return withSession(url, ({ session, sent }) => {
    const [ann, bob] = [User({ name: "ann" }), User({ name: "bob" })];
    session.addAll([ann, bob]);
    session.commit();
    const from = sent.length;
    session.delete(ann);
    bob.nick = "b";
    session.addAll([Note({ code: "x", text: "1" }), Note({ code: "y" }), User({ name: "cid" })]);
    const before = [session.new.length, session.dirty.length, session.deleted.length];
    session.flush();
    const after = [session.new.length, session.dirty.length, session.deleted.length];
    return { before, after, sent: sent.slice(from) };
  });
}

/** An update names the columns that changed, and there is none when none did. */
export function updates(url: string): Seen {
  return withSession(
    url,
    ({ session, sent }) => {
      const born = new Date("2000-01-02T03:04:05Z");
      const ann = User({ name: "ann", born, tags: ["a"] });
      session.add(ann);
      session.commit();
      const statements = (change: () => void) => {
        const from = sent.length;
        change();
        session.flush();
        return sent.slice(from).filter((text) => text !== "begin");
      };
      return {
        nothing: statements(() => {}),
        same: statements(() => {
          ann.name = "ann";
          ann.born = new Date(born);
        }),
        back: statements(() => {
          ann.nick = "x";
          ann.nick = null;
        }),
        one: statements(() => {
          ann.nick = "an";
        }),
        again: statements(() => {}),
        inPlace: statements(() => {
          ann.born?.setUTCFullYear(2001);
          (ann.tags as string[]).push("b");
        }),
        row: (() => {
          session.commit();
          return others(url, `select nick, born, tags from "user"`);
        })(),
      };
    },
    { expireOnCommit: false },
  );
}

/** The values that the database gives, and what reading them earlier says. */
export function serverDefaults(url: string): Seen {
  return withSession(url, ({ session, sent }) => {
    const [ann, bob] = [User({ name: "ann" }), User({ name: "bob", id: 77 })];
    const shown = JSON.stringify(ann);
    const early = thrown(() => ann.id);
    session.addAll([ann, bob]);
    session.flush();
    const ids = [ann.id, bob.id, ann.nick];
    return { shown, early, ids, isDate: ann.createDate instanceof Date, insert: sent[1] };
  });
}

/** A rollback undoes what the transaction did, in the objects too. */
export function rollback(url: string): Seen {
  return withSession(url, ({ session }) => {
    const [kept, gone] = [User({ name: "kept" }), User({ name: "gone" })];
    session.addAll([kept, gone]);
    session.commit();
    const { id } = gone;

    const [sent, unsent] = [User({ name: "sent" }), User({ name: "unsent" })];
    session.add(sent);
    kept.name = "changed";
    session.delete(gone);
    session.flush();
    sent.nick = "set later";
    session.add(unsent);
    session.delete(kept);
    const during = { id: typeof sent.id, gone: session.get(User, id), deleted: session.deleted.length };
    session.rollback();

    const after = {
      kept: kept.name,
      gone: session.get(User, id) === gone,
      goneName: gone.name,
      new: session.new.length,
      deleted: session.deleted.length,
      sentIsNew: thrown(() => sent.id),
      sentKeeps: [sent.name, sent.nick],
    };
    session.addAll([sent, unsent]);
    session.commit();
    return { during, after, names: session.scalars(select(User.name).orderBy(User.name)).all() };
  });
}

/** After a commit a field is read anew, once, when it is asked for. */
export function expireOnCommit(url: string, expireOnCommit: boolean): Seen {
  return withSession(
    url,
    ({ session, sent }) => {
      const ann = User({ name: "ann" });
      session.add(ann);
      session.commit();
      others(url, `update "user" set nick = 'theirs'`);
      const from = sent.length;
      const values = [ann.name, ann.nick, ann.name, Object.keys(ann).length];
      return { values, sent: sent.slice(from) };
    },
    { expireOnCommit },
  );
}

/** What is set while the rest is expired is sent, also when it is what the database had before. */
export function setWhileExpired(url: string): Seen {
  return withSession(url, ({ session }) => {
    const ann = User({ name: "ann", nick: "mine" });
    session.add(ann);
    session.commit();
    others(url, `update "user" set nick = 'theirs', name = 'anna'`);
    ann.nick = "mine";
    session.commit();
    return { rows: others(url, `select name, nick from "user"`), name: ann.name };
  });
}

/** `begin()` commits what returns, and rolls back what throws. */
export function begin(url: string): Seen {
  return withSession(url, ({ session }) => {
    const value = session.begin(() => {
      session.add(User({ name: "ann" }));
      return 42;
    });
    const bob = User({ name: "bob" });
    const error = thrown(() =>
      session.begin(() => {
        session.add(bob);
        session.flush();
        throw new RangeError("thought better of it");
      }),
    );
    const nested = thrown(() => session.begin(() => session.begin(() => {})));
    return { value, error, nested, names: session.scalars(select(User.name)).all() };
  });
}

/** What the server refuses rolls all of it back, and the session goes on. */
export function refused(url: string): Seen {
  return withSession(url, ({ session }) => {
    session.add(User({ name: "ann" }));
    session.commit();
    const first = Note({ code: "n", text: "t" });
    const twice = User({ name: "ann" });
    session.addAll([first, twice]);
    const error = thrown(() => session.flush());
    const failed = thrown(() => session.scalars(select(User.name)).all());
    session.rollback();
    const notes = session.scalars(select(Note.code)).all();
    session.add(first);
    session.add(twice);
    const commit = thrown(() => session.commit());
    return { error, failed, notes, commit, after: session.scalars(select(User.name)).all() };
  });
}

/** Rows that others deleted. */
export function stale(url: string): Seen {
  return withSession(url, ({ session }) => {
    const [ann, bob, cid] = [User({ name: "ann" }), User({ name: "bob" }), User({ name: "cid" })];
    session.addAll([ann, bob, cid]);
    session.commit();
    // Read, so that only what is asked for below notices.
    const { id } = bob;
    const nicks = [ann.nick, cid.nick];
    session.commit();
    others(url, `delete from "user"`);
    ann.nick = "a";
    const update = thrown(() => session.commit());
    session.delete(cid);
    const remove = thrown(() => session.commit());
    return { nicks, update, remove, read: thrown(() => bob.name), get: session.get(User, id) };
  });
}

/** An object and its session part. */
export function detached(url: string): Seen {
  return withSession(url, ({ session }) => {
    const [ann, bob] = [User({ name: "ann" }), User({ name: "bob" })];
    session.add(ann);
    session.commit();
    session.get(User, ann.id);
    session.add(bob);
    session.flush();
    session.close();
    const loaded = ann.name;
    const lost = thrown(() => bob.id);
    session.add(ann);
    ann.nick = "back";
    session.commit();
    const back = ann.nick;
    session.commit();
    session.close();
    return { loaded, lost, back, expired: thrown(() => ann.name) };
  });
}

/** Adds somebody, and then does what takes long. */
export function slow(url: string, added: () => void): void {
  withSession(url, ({ session }) =>
    session.begin(() => {
      session.add(User({ name: "lost" }));
      session.flush();
      added();
      session.scalars(select(User.id).where(sql`pg_sleep(10) is null`)).all();
    }),
  );
}

/** Objects as the result of a task, whose session is closed. */
export function returned(url: string, expireOnCommit: boolean): User[] {
  return withSession(
    url,
    ({ session }) => {
      const ann = User({ name: "ann", born: new Date(0) });
      session.add(ann);
      session.commit();
      return [ann, User({ name: "new" })];
    },
    { expireOnCommit },
  );
}

/** More objects than one statement takes. */
export function many(url: string): Seen {
  return withSession(url, ({ session, sent }) => {
    session.addAll(Array.from({ length: 1500 }, (_, i) => Note({ code: `n${i}`, text: "t" })));
    session.flush();
    for (const note of session.scalars(select(Note)).all()) session.delete(note);
    session.flush();
    const statements = sent.map((text) => text.slice(0, 6));
    return { statements, left: session.scalars(select(Note.code)).all() };
  });
}

/** Mistakes, each named. */
export function mistakes(url: string): Record<string, string> {
  return withSession(url, ({ session, engine }) => {
    const ann = User({ name: "ann" });
    session.add(ann);
    session.commit();
    const { id, name } = ann;
    const construct = thrown(() => User({ name: "far too long a name" }));
    const copy = thrown(() => session.add({ ...ann }));
    const deleteNew = thrown(() => session.delete(User({ name: "x" })));
    const otherSession = thrown(() => new Session(engine).add(ann));
    ann.name = "far too long a name";
    const tooLong = thrown(() => session.flush());
    ann.name = name;
    ann.id = id + 1;
    const key = thrown(() => session.flush());
    session.rollback();
    session.delete(ann);
    session.flush();
    const addDeleted = thrown(() => session.add(ann));
    return { construct, copy, deleteNew, otherSession, tooLong, key, addDeleted };
  });
}

/** Rows that are not what the schema says. */
export function misfit(url: string): unknown[] {
  return withSession(url, ({ session }) => {
    others(url, `insert into "user" (name) values ('longer than ten characters')`);
    return [thrown(() => session.scalars(select(User)).all()), session.scalars(select(User.id)).all().length];
  });
}

/** What `select()` can ask for. */
export function selects(url: string): Seen {
  return withSession(url, ({ session }) => {
    const names = ["ann", "bob", "cid", "dan"];
    session.addAll(names.map((name) => User({ name, nick: name === "cid" ? null : (name[0] ?? "") })));
    session.flush();
    const rows = session.execute(select(User.id, User.nick).where(gt(User.id, 1)).orderBy(desc(User.id)));
    return {
      rows: rows.all(),
      one: session.execute(select(User.name, User.nick).where(eq(User.nick, null))).one(),
      object: session.execute(select(User).orderBy(User.id).limit(1)).all().flat().length,
      page: session.scalars(select(User.name).orderBy(User.name).limit(2).offset(1)).all(),
      first: session.scalars(select(User.name).where(eq(User.name, "nobody"))).first(),
    };
  });
}
