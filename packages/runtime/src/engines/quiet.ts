import { runInThisContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/**
 * onnxruntime-node 1.30 sends usage events, keeps a database of them in the home folder and writes
 * logs into the temporary one, unless the environment of the process forbids it when it loads.
 */

const NAME = 'ORT_DISABLE_TELEMETRY';

// The process itself: a test runner may have given this module a copy, which the library never sees.
const environment = (runInThisContext('process') as NodeJS.Process).env;

const decided = environment[NAME] !== undefined;

/** Forbids it from here on, for this process and those that it starts; whoever has decided is heard. */
export function disableTelemetry(): void {
  if (!decided) environment[NAME] = '1';
}

/**
 * Checks that it is forbidden: the environment of a worker thread is a copy, too.
 * @throws in a thread of a process that has not decided
 */
export function checkTelemetry(): void {
  if (isMainThread || decided) return;
  throw new Error(
    `${NAME} is not set, without which onnxruntime-node sends usage events, and a worker thread ` +
      "cannot set it; import '@scene-mtl/runtime' in the main thread before you start this one, or " +
      `start the process with ${NAME}=1`,
  );
}
