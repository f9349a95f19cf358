// A CommonJS module, blocking and async, whose exports are assigned, and replaced, after it has been loaded.
exports.grow = () => {
  exports["tri" + "ple"] = (n) => 3 * n;
  exports.factor = 3;
};
exports.factor = 2;
exports.replace = () => {
  module.exports = { times: (n) => 10 * n };
};
