import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** Ending of a file that is still being written; one that stays behind is of a process that died. */
export const PARTIAL = '.partial';

/** Largest name of a file on the usual file systems, bytes. */
const LONGEST = 255;
/** ms after which nobody writes on, whatever became of the process: a writing is never idle so long. */
const LONG = 3.6e6;

/**
 * Where this process writes a file until it is whole: beside it, under a name that says which process of
 * which machine writes, and that no other thread or process uses.
 */
export function partialPath(path: string): string {
  const ending = `.${here()}-${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL}`;
  // A name that is just short enough for the file stays so for its partial.
  let base = basename(path);
  while (Buffer.byteLength(base + ending) > LONGEST && base.length > 1) base = base.slice(0, -1);
  return join(dirname(path), base + ending);
}

const WRITER = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.partial$/;

const swept = new Set<string>();

/**
 * Removes what processes that died were writing in a folder: of this machine those that no longer run, of
 * any what nobody has touched for an hour. Once for each folder; what cannot be removed stays.
 */
export async function sweepOnce(folder: string): Promise<void> {
  const place = resolve(folder);
  if (swept.has(place)) return;
  swept.add(place);
  const names = await readdir(place).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(PARTIAL))) {
    const file = join(place, name);
    if (await isAbandoned(file)) await rm(file, { force: true }).catch(() => {});
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const [, machine, pid] = WRITER.exec(file) ?? [];
  if (machine === here() && !isRunning(Number(pid))) return true;
  const facts = await stat(file).catch(() => undefined);
  return facts !== undefined && facts.isFile() && facts.mtimeMs < Date.now() - LONG;
}

/** Whether a process of this number runs on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let machine: string | undefined;

/** Where numbers of processes mean what they mean here: the host and, on Linux, their namespace. */
function here(): string {
  if (machine !== undefined) return machine;
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
  }
  const text = `${hostname()} ${namespace}`;
  machine = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return machine;
}
