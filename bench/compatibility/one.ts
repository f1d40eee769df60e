import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { measure } from './measure.ts';
import { firstLine, type Row } from './row.ts';
import type { Subject } from './subject.ts';
import { subjects } from './subjects.ts';

/** Programs are measured in a process apart, which may break or take too long: the next one has a new one then. */

const ASKED = 'measure-programs';
/** A program that takes longer, ms, has what is known until then. */
const LIMIT = 1_200_000;

/** What became of a program. */
type Found = Omit<Row, 'id' | 'from'>;

/** What the process is told, and what it says: parts of a row, then that it is done. */
interface Question {
  readonly id: string;
  readonly threads: number;
}
type Answer = { readonly part: Found } | { readonly done: true };

/** Measures programs one by one in one process while it lives. */
export function measurer(): {
  readonly measure: (id: string, threads: number) => Promise<Found>;
  readonly close: () => void;
} {
  let child: ChildProcess | undefined;
  return {
    async measure(id, threads) {
      child ??= fork(fileURLToPath(import.meta.url), [ASKED]);
      const found = await ask(child, { id, threads });
      if (!child.connected) child = undefined;
      return found;
    },
    close: () => void child?.kill(),
  };
}

function ask(child: ChildProcess, question: Question): Promise<Found> {
  let found: Found = {};
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(`not done after ${LIMIT / 1000} s`), LIMIT);
    const onExit = (code: number | null, signal: string | null) =>
      end(`its process ended with ${signal ?? code ?? 'nothing'}`);
    const onMessage = (answer: Answer) => {
      if ('part' in answer) found = { ...found, ...answer.part };
      else end();
    };
    /** @param wrong why nothing more comes */
    function end(wrong?: string) {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      if (wrong !== undefined) {
        child.kill('SIGKILL');
        if (child.connected) child.disconnect();
        if (found.ours === undefined && found.difference === undefined) found = { broken: wrong };
      }
      resolve(found);
    }
    child.on('message', onMessage).once('exit', onExit);
    child.send(question);
  });
}

function subjectNamed(id: string): Subject {
  const subject = subjects.find((one) => one.id === id);
  if (subject) return subject;
  throw new Error(`bench compatibility: no program '${id}'`);
}

if (process.argv[2] === ASKED) {
  const say = (answer: Answer) => void process.send?.(answer);
  process.on('message', ({ id, threads }: Question) => {
    measure(subjectNamed(id), threads, (part) => say({ part }))
      .catch((error: unknown) => say({ part: { broken: firstLine(error) } }))
      .finally(() => {
        // An optimiser without a list of variables trains all that there are.
        tf.disposeVariables();
        say({ done: true });
      });
  });
}
