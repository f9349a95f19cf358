// A CommonJS module that exports an instance, and asks of what it is called on.
class Counter {
  #count = 0;
  step = 1;
  next() {
    this.#count += this.step;
    return this.#count;
  }
}
module.exports = new Counter();
