import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who a process is, beyond its number, which another one may have later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in whatever form this system tells; null: it does not. */
  readonly started: string | null;
  /** Where its number means it: the name of the host and, on Linux, the namespace of process numbers. */
  readonly host: string;
}

const textOf = (read: () => string): string | undefined => {
  try {
    return read().trim();
  } catch {
    return undefined;
  }
};

/** Where process numbers mean what they mean here. */
export function thisHost(): string {
  const namespace = textOf(() => readlinkSync('/proc/self/ns/pid'));
  return namespace === undefined ? hostname() : `${hostname()} ${namespace}`;
}

/**
 * State and start of a process from `/proc/PID/stat` (proc(5): field 3 and field 22, clock ticks since
 * the boot). The command's name in field 2 may hold spaces and brackets.
 */
export function parseStat(stat: string): { readonly state: string; readonly ticks: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], ticks: fields[19] };
}

/**
 * The start of a running process; undefined when there is none of this number, a killed one whose
 * parent has not asked for its end included.
 *
 * Linux: the boot and the clock tick in it. Elsewhere what `ps -o lstart=` says, to the second. Where
 * there is no `ps` either (Windows): null, and a number that lives again counts as the process that
 * had it.
 */
export function startOf(pid: number): string | null | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat !== undefined) {
    const { state, ticks } = parseStat(stat);
    const boot = textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? '';
    return state === 'Z' || state === 'X' ? undefined : `${boot} ${ticks}`.trim();
  }
  if (!isAlive(pid)) return undefined;
  const said = textOf(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    }),
  );
  return said || null;
}

/** Who this process is. */
export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  started: startOf(process.pid) ?? null,
  host: thisHost(),
});

/**
 * Whether a process still runs; undefined where that cannot be told from here.
 * @param identity without a host: of this one
 */
export function runs({
  pid,
  started,
  host,
}: Partial<ProcessIdentity> & { readonly pid: number }): boolean | undefined {
  if (!(pid > 0)) return false;
  if (host !== undefined && host !== thisHost()) return undefined;
  const now = startOf(pid);
  if (now === undefined) return false;
  return started === undefined || started === null || now === null || now === started;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
