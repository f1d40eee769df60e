import { workerData, type MessagePort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { Outcome, Program } from './program.ts';
import { replay } from './replay.ts';

/** A thread that answers programs, so that another one can wait for each without a promise. */

const { port, flag } = workerData as { port: MessagePort; flag: Int32Array };

tf.env().set('PROD', true);

port.on('message', (program: Program) => {
  void replay(program)
    .catch((error: unknown): Outcome => ({ error: String(error), at: 'compile' }))
    .then((outcome) => {
      port.postMessage(outcome);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    });
});
