// A class whose objects cross: where one arrives, this module is loaded.
import { registerClass } from "../../../mod.ts";

export class Money {
  readonly cents: number;

  constructor(cents: number) {
    this.cents = cents;
  }

  toString(): string {
    return (this.cents / 100).toFixed(2);
  }
}

registerClass(Money, {
  module: import.meta.url,
  toData: ({ cents }) => cents,
  fromData: (cents) => new Money(cents),
});
