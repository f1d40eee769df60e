import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PARTIAL } from '@scene-mtl/data/files';
import { isObject } from '../specs/json.ts';
import { beating, SILENCE } from './beat.ts';
import { runs, thisProcess } from './process-identity.ts';
import { sweepPartial } from './sweep.ts';

/**
 * A folder is worked in by one process at a time. Who wants to writes a claim, `lock.<pid>-<random>`,
 * then looks at the others: it works only when no other claim is there, else it takes its own back.
 * Of two that claim, the later one sees the earlier, so both never work. A claim's name is never used
 * again: that of a process that has ended can be deleted by anyone, at any time. Processes of another machine
 * cannot be seen: their claims are touched while they live, and count until nobody has touched them for long.
 */

/** A claim as its file has it. */
interface Claim {
  readonly file: string;
  readonly pid: number;
  readonly started?: string | null;
  readonly host?: string;
  /** True once it is known that no other claim stands against it. */
  readonly holds: boolean;
  /** Whether its process touches it while it lives; those of before did not. */
  readonly beats: boolean;
  /** ms, of the clock of the file system. */
  readonly touched: number;
}

/** How {@link alone} meets another process. */
export interface AloneOptions {
  /** Told again and again whom it waits for; without it a folder that is taken is an error at once. */
  readonly onWaiting?: (holder: string) => void;
  /**
   * Told when a process of another machine took the folder, since this one showed no life for too long: it
   * must write nothing more. Without it that is an error when the work is done.
   */
  readonly onLost?: () => void;
}

/** Another process works in a folder. */
export class FolderBusy extends Error {}

/** Names of claims; `lock` is one of before. */
const CLAIM = /^lock(\.\d+-[0-9a-f]+)?$/;
/** Whether a file in a run's folder is a claim. */
export const isClaim = (name: string): boolean => CLAIM.test(name);
/** ms between looks at a folder that another process works in. */
const LOOK = 250;
/** ms for which processes that claim at the same moment make way for each other. */
const PATIENCE = 10_000;

/**
 * Does some work while no other process may work in the same folder. What a killed process left
 * locked is taken over, and what it was writing is deleted. A folder made for the work in which
 * nothing was written goes again.
 * @throws naming the process that works there, unless it may wait for it; naming the lock of another
 * host, whose processes cannot be seen from here
 * @example
 * ```ts
 * import { alone } from '@scene-mtl/lab';
 * await alone('runs/mine', () => Promise.resolve('done')); // → 'done'
 * ```
 */
export async function alone<T>(
  folder: string,
  work: () => Promise<T>,
  options: AloneOptions = {},
): Promise<T> {
  const made = await mkdir(folder, { recursive: true });
  let claim: string | undefined;
  let stop: (() => Promise<void>) | undefined;
  let isLost = false;
  try {
    claim = await claimed(folder, options);
    stop = beating(claim, () => {
      isLost = true;
      options.onLost?.();
    });
    await sweepPartial(folder);
    const done = await work();
    if (isLost) throw lost(folder);
    return done;
  } finally {
    await stop?.();
    if (claim !== undefined) await rm(claim, { force: true });
    if (made !== undefined) await removeEmpty(folder, made);
  }
}

/**
 * Deletes what a process that was killed left of its work in a folder that nobody works in any more:
 * its lock, and files half written. Where that cannot be done (a folder that is only read), it stays.
 */
export async function clearAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (!names.some((name) => CLAIM.test(name) || name.endsWith(PARTIAL))) return;
  await alone(folder, () => Promise.resolve()).catch(() => {});
}

/** Removes a folder and those above it that were made with it, as far as nothing was written in them. */
async function removeEmpty(folder: string, made: string): Promise<void> {
  for (let at = resolve(folder); at.startsWith(resolve(made)); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** Waits for the folder; returns the file that holds it. */
async function claimed(folder: string, { onWaiting }: AloneOptions): Promise<string> {
  const since = performance.now();
  for (let tries = 0; ; tries++) {
    const file = join(folder, `lock.${process.pid}-${randomBytes(4).toString('hex')}`);
    await mkdir(folder, { recursive: true });
    // Another process that wrote nothing may be removing the folder that it made.
    if (!(await written(file, false))) continue;
    const claims = await claimsIn(folder);
    const now = claims.find((claim) => claim.file === file)?.touched ?? Date.now();
    const others = claims.filter((claim) => claim.file !== file);
    const alive = await running(others, now);
    if (alive.length === 0) {
      await written(file, true);
      return file;
    }
    await rm(file, { force: true });
    const holder = alive.find(({ holds }) => holds);
    if (holder && !holder.beats && runs(holder) === undefined) throw unseen(folder, holder);
    if (holder && !onWaiting) throw busy(folder, holder);
    if (holder) onWaiting?.(named(holder));
    else if (performance.now() - since > PATIENCE) throw busy(folder, alive[0]);
    // Of several that claimed at once none may work yet; each comes again at a moment of its own.
    await pause(holder ? LOOK : Math.random() * 10 * Math.min(50, 2 ** tries));
  }
}

/** Writes a claim; false when its folder is gone. */
async function written(file: string, holds: boolean): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify({ ...thisProcess(), holds, beats: true }));
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    await rm(file, { force: true }).catch(() => {});
    throw new Error(
      `${file}: cannot be written (${code}); what works on a run must be able to write its folder`,
      { cause },
    );
  }
}

/** The claims of processes that run, or may run; the others are deleted. */
async function running(claims: readonly Claim[], now: number): Promise<Claim[]> {
  const silent = ({ beats, touched }: Claim) => beats && now - touched > SILENCE;
  const alive = claims.filter((claim) => runs(claim) ?? !silent(claim));
  for (const { file } of claims.filter((claim) => !alive.includes(claim))) {
    await rm(file, { force: true });
  }
  return alive;
}

async function claimsIn(folder: string): Promise<Claim[]> {
  const names = (await readdir(folder)).filter((name) => CLAIM.test(name));
  const claims = await Promise.all(names.map((name) => readClaim(folder, name)));
  return claims.filter((claim) => claim !== undefined);
}

/** Undefined when it is gone again. What its process has not written yet is taken from its name. */
async function readClaim(folder: string, name: string): Promise<Claim | undefined> {
  const file = join(folder, name);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const facts = await stat(file).catch(() => undefined);
  if (text === undefined || facts === undefined) return undefined;
  const touched = facts.mtimeMs;
  // A lock of before was the number of its process.
  if (name === 'lock') return { file, pid: Number(text) || 0, holds: true, beats: false, touched };
  const pid = Number(name.slice('lock.'.length).split('-')[0]);
  const { started, host, holds, beats } = parsed(text);
  return {
    ...{ file, pid, touched, holds: holds === true, beats: beats === true },
    ...((typeof started === 'string' || started === null) && { started }),
    ...(typeof host === 'string' && { host }),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const named = (claim: Claim): string =>
  `process ${claim.pid}${runs(claim) === undefined ? ` of ${claim.host}` : ''}`;

const lost = (folder: string): Error =>
  new Error(
    `${folder}: a process of another machine took this run, since this one showed no life for ${SILENCE / 1000} s; what it does is kept`,
  );

const busy = (folder: string, claim: Claim): Error =>
  new FolderBusy(
    `${folder}: ${named(claim)} is working on this run; wait for it, or stop it first (its lock: ${claim.file})`,
  );

const unseen = (folder: string, { pid, host, file }: Claim): Error =>
  new Error(
    `${folder}: process ${pid} of ${host} has locked this run, and from here it cannot be told whether it still runs; when it does not, delete ${file}`,
  );
