import { FolderBusy } from '../store/lock.ts';
import { runs, thisProcess } from '../store/process-identity.ts';
import type { Objects, WriteCondition } from './objects.ts';
import {
  emptyIndex,
  freshToken,
  parsedIndex,
  runKeys,
  type Holder,
  type Part,
  type RunIndex,
} from './run-index.ts';
import type { BucketTiming } from './timing.ts';

/** A run that this process has, until it lets go or another takes it. */
export interface Lease {
  /** In the names of the parts that are written under it. */
  readonly token: string;
  /** What is kept of the run. */
  readonly index: () => RunIndex;
  /** Aborted when another worker took the run. */
  readonly lost: AbortSignal;
  /** Replaces the files of the run, whole or not at all. @throws `LeaseLost` */
  replace(objects: Objects, revision: string, files: Record<string, Part>): Promise<void>;
  /** Gives no more signs of life, and says that nobody has the run. */
  release(objects: Objects): Promise<void>;
}

/** Another worker took the run, since this one showed no life for too long. */
export class LeaseLost extends FolderBusy {}

/** What is kept of a run, and as which state of its object; `undefined` where nothing is. */
export async function readIndex(
  objects: Objects,
  id: string,
): Promise<{ readonly index: RunIndex; readonly etag: string; readonly age: number } | undefined> {
  const key = runKeys(id).index;
  const read = await objects.read(key);
  return read && { ...read, index: parsedIndex(read.text, `${objects.shown}/${key}`) };
}

/**
 * Takes a run that nobody has, or whose holder has gone: of this machine one whose process has ended, of any one
 * that gave no sign of life for long. All writes are on the condition that the index is what it was known to be, so
 * of several that take it one does, and who was taken for gone writes nothing more.
 * @throws `FolderBusy` naming who has it
 */
export async function takeRun(
  objects: Objects,
  id: string,
  worker: string,
  timing: Pick<BucketTiming, 'beat' | 'silence'>,
): Promise<Lease> {
  const key = runKeys(id).index;
  const name = `${objects.shown}/${key}`;
  const found = await readIndex(objects, id);
  const former = found?.index.holder;
  if (found && former && runs(former) !== false && found.age < timing.silence) {
    throw new FolderBusy(`${id}: ${former.worker} is working on this run; wait for it`);
  }
  const token = freshToken();
  let holder: Holder | undefined = { ...thisProcess(), worker, token, beat: 0 };
  let index: RunIndex = found?.index ?? emptyIndex;
  let condition: WriteCondition = found ? { etag: found.etag } : { isNew: true };
  const controller = new AbortController();

  /** @throws {@link LeaseLost} */
  async function write(through: Objects, next: RunIndex): Promise<void> {
    const text = JSON.stringify(next);
    for (;;) {
      const etag = await through.write(key, text, condition);
      // A write whose answer was lost may have been done: then what is there is this holder's own.
      const now = etag === undefined ? await through.read(key) : { text, etag };
      if (now?.text === text) {
        index = next;
        condition = { etag: now.etag };
        return;
      }
      if (!now || parsedIndex(now.text, name).holder?.token !== token) break;
      condition = { etag: now.etag };
    }
    controller.abort();
    throw new LeaseLost(`${id}: another worker has this run by now`);
  }

  // One write after the other: each is on the condition of the one before.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  await write(objects, { ...index, holder });
  const beats = setInterval(() => {
    void inTurn(async () => {
      if (!holder || controller.signal.aborted) return;
      holder = { ...holder, beat: holder.beat + 1 };
      // One that does not arrive is followed by the next.
      await write(objects.within(0), { ...index, holder }).catch(() => {});
    });
  }, timing.beat);
  return {
    token,
    index: () => index,
    lost: controller.signal,
    replace: (through, revision, files) =>
      inTurn(() => write(through, { revision, files, ...(holder && { holder }) })),
    release: (through) =>
      inTurn(async () => {
        clearInterval(beats);
        holder = undefined;
        if (controller.signal.aborted) return;
        const { revision, files } = index;
        await write(through, { revision, files });
      }),
  };
}
