import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.ts';
import { firstLine, type Row } from './row.ts';
import type { Subject } from './subject.ts';
import { subjects } from './subjects.ts';

/** Each program in a process of its own, which may break or take too long without harm to the others. */

const ASKED = 'one-program';
/** A program that takes longer, ms, has what is known until then. */
const LIMIT = 1_200_000;

type Found = Omit<Row, 'id' | 'from'>;

/** What became of a program. */
export function measureApart(id: string, threads: number): Promise<Found> {
  const child = fork(fileURLToPath(import.meta.url), [ASKED]);
  let row: Found = {};
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      row = { broken: `not done after ${LIMIT / 1000} s`, ...row };
      child.kill('SIGKILL');
    }, LIMIT);
    child.on('message', (part: Found) => (row = { ...row, ...part }));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const known = row.refused ?? row.broken ?? row.ours;
      resolve(
        known ? row : { ...row, broken: `its process ended with ${signal ?? code ?? 'nothing'}` },
      );
    });
    child.send({ id, threads });
  });
}

function subjectNamed(id: string): Subject {
  const subject = subjects.find((one) => one.id === id);
  if (subject) return subject;
  throw new Error(`bench compatibility: no program '${id}'`);
}

if (process.argv[2] === ASKED) {
  process.once('message', ({ id, threads }: { id: string; threads: number }) => {
    const tell = (part: Found) => void process.send?.(part);
    measure(subjectNamed(id), threads, tell)
      .catch((error: unknown) => tell({ broken: firstLine(error) }))
      .finally(() => process.disconnect());
  });
}
