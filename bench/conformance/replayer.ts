import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Outcome, Program } from './program.ts';

const PATIENCE_MS = 300_000;

/** Runs programs in a thread and waits for each: `dataSync` of a spec has no time for a promise. */
export class Replayer {
  #flag = new Int32Array(new SharedArrayBuffer(4));
  #port;
  #thread;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const module = new URL('./replay-thread.ts', import.meta.url).href;
    // A thread inherits no loader of TypeScript.
    const code = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
      register();
      return import(${JSON.stringify(module)});
    })`;
    this.#thread = new Worker(code, {
      eval: true,
      workerData: { port: port2, flag: this.#flag },
      transferList: [port2],
      execArgv: ['--conditions=@scene-mtl/source'],
    });
    this.#thread.unref();
    port1.unref();
  }

  /** What comes of a program. */
  ask(program: Program): Outcome {
    Atomics.store(this.#flag, 0, 0);
    this.#port.postMessage(program);
    if (Atomics.wait(this.#flag, 0, 0, PATIENCE_MS) === 'timed-out') {
      throw new Error('conformance: no answer within five minutes');
    }
    return (receiveMessageOnPort(this.#port) as { message: Outcome }).message;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
