// jest gives each test file a realm with its own typed arrays; native modules (onnxruntime, sharp)
// build the outer realm's and test with `instanceof`. Sharing the constructors makes both agree.
const { TestEnvironment } = require('jest-environment-node');

const shared = [
  'Float32Array',
  'Float64Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
  'Uint8ClampedArray',
  'BigInt64Array',
  'BigUint64Array',
  'ArrayBuffer',
  'SharedArrayBuffer',
];

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of shared) this.global[name] = globalThis[name];
  }
};
