import { Worker } from 'node:worker_threads';

/** ms between signs of life of who holds a folder. */
export const BEAT = 10_000;
/**
 * ms without one after which another machine takes the holder for gone. Network file systems show times
 * up to a minute late.
 */
export const SILENCE = 120_000;

/** Touches the file, whatever the main thread is at; a file that is gone was taken by somebody else. */
const BEATING = `
const { workerData: { file, every }, parentPort } = require('node:worker_threads');
const { utimesSync } = require('node:fs');
const beat = () => {
  const now = new Date();
  try { utimesSync(file, now, now); }
  catch (error) { if (error.code === 'ENOENT') { parentPort.postMessage('lost'); clearInterval(timer); } }
};
const timer = setInterval(beat, every);
beat();
`;

/**
 * Shows that the holder of a file lives, by touching it every {@link BEAT}: from a thread of its own, since a
 * step of training may block this one for longer than {@link SILENCE}. A holder that is done sooner needs none.
 * @param onLost told when the file is gone
 * @param every ms between touches; the first comes after half of it
 * @returns what ends it
 */
export function beating(
  file: string,
  onLost: () => void,
  every: number = BEAT,
): () => Promise<void> {
  let thread: Worker | undefined;
  const start = setTimeout(() => {
    thread = new Worker(BEATING, { eval: true, execArgv: [], workerData: { file, every } });
    thread.on('message', onLost);
    thread.on('error', () => {});
    thread.unref();
  }, every / 2);
  start.unref();
  return async () => {
    clearTimeout(start);
    await thread?.terminate();
  };
}
