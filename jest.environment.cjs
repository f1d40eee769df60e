// jest gives each test file a realm with its own typed arrays; native modules (onnxruntime, sharp)
// build the outer realm's and test with `instanceof`. Sharing the constructors makes both agree.
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');
require('./jest.threads.cjs');

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

const { createContext } = vm;
const ordinary = () => createContext(vm.constants.DONT_CONTEXTIFY);

module.exports = class extends TestEnvironment {
  constructor(...given) {
    // jest's realm looks up each global, Math too, through a proxy, some hundred times as slowly as an
    // ordinary realm does: most of the time of a test that computes. It offers no setting for it.
    vm.createContext = ordinary;
    try {
      super(...given);
    } finally {
      vm.createContext = createContext;
    }
  }

  async setup() {
    await super.setup();
    for (const name of shared) this.global[name] = globalThis[name];
  }
};
