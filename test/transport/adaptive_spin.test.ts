import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdaptiveSpin, ExponentialBackoff } from "../../src/transport/adaptive_spin.ts";

const test = suite("waits: to spin or to sleep");

/** AdaptiveSpin so many times, each taking what `cost` says; how often it spun in the last hundred. */
function spinsOf(waits: AdaptiveSpin, times: number, cost: (spins: boolean, i: number) => number): number {
  const spun: boolean[] = [];
  for (let i = 0; i < times; i++) {
    const spin = waits.next(0.2);
    const spins = spin > 0;
    spun.push(spins);
    const ms = cost(spins, i);
    if (spins && ms > spin) waits.wasInVain(ms);
    else waits.took(ms);
  }
  return spun.slice(-100).filter(Boolean).length;
}

test("where the answer comes at once to who is awake, it spins", () => {
  assert.ok(spinsOf(new AdaptiveSpin(), 3000, (spins) => (spins ? 0.004 : 0.06)) >= 90);
});

test("where the spinner holds up the one that is to answer, it sleeps", () => {
  assert.ok(spinsOf(new AdaptiveSpin(), 3000, (spins) => (spins ? 0.21 : 0.012)) <= 10);
});

test("where it makes no difference, it sleeps", () => {
  assert.ok(spinsOf(new AdaptiveSpin(), 3000, () => 5) <= 10);
});

test("it finds out when that changes, both ways", () => {
  const waits = new AdaptiveSpin();
  for (let i = 0; i < 3; i++) {
    assert.ok(spinsOf(waits, 4000, (spins) => (spins ? 0.004 : 0.06)) >= 90, `it spins, time ${i}`);
    assert.ok(spinsOf(waits, 4000, (spins) => (spins ? 0.21 : 0.012)) <= 10, `it sleeps, time ${i}`);
  }
});

test("what spinning costs where it is in vain is little", () => {
  const waits = new AdaptiveSpin();
  let spins = 0;
  for (let i = 0; i < 10_000; i++) {
    if (waits.next(0.2) === 0) waits.took(3);
    else {
      spins++;
      waits.wasInVain(3.2);
    }
  }
  assert.ok(spins > 3 && spins < 60, String(spins));
});

test("a few waits that take long do not decide", () => {
  const cost = (spins: boolean, i: number) => (i % 20 === 0 ? 5 : spins ? 0.004 : 0.06);
  assert.ok(spinsOf(new AdaptiveSpin(), 4000, cost) >= 90);
});

test("without a permit it sleeps, and asks ever more seldom", () => {
  const waits = new AdaptiveSpin();
  let asked = 0;
  for (let i = 0; i < 10_000; i++) {
    if (waits.next(0.2) === 0) waits.took(0.06);
    else {
      asked++;
      waits.refused();
    }
  }
  assert.ok(asked > 3 && asked < 30, String(asked));
});

test("staying is tried ever more seldom while it is in vain, and again at once when it is not", () => {
  const patience = new ExponentialBackoff();
  const staysOf = (times: number, ofUse: boolean) => {
    let stays = 0;
    for (let i = 0; i < times; i++) {
      if (!patience.stays()) continue;
      stays++;
      patience.stayed(ofUse);
    }
    return stays;
  };
  assert.is(staysOf(100, true), 100);
  const inVain = staysOf(10_000, false);
  assert.ok(inVain > 10 && inVain < 30, String(inVain));
  assert.ok(staysOf(2000, true) > 900);
});

test.run();
