import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What a crew works with. */
export interface CrewPlace {
  readonly queue: string;
  /** Of a worker: that of all runs, or its own for what it has in hand. */
  readonly folderOf: (name: string) => string;
  /** Address of the bucket; empty: none. */
  readonly bucket: string;
  readonly isUsual: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Takes what all of them write. */
  readonly log: string;
}

/** Workers in processes of their own. */
export interface Crew {
  readonly workers: ReadonlyMap<string, ChildProcess>;
  begin(): void;
  /** Kills one; another begins. */
  kill(name: string): void;
  /** Numbers of the processes that train for them. */
  trainers(): number[];
  /** Tells all to end, and waits until they have. */
  end(): Promise<void>;
}

/** ms after which another worker begins for one that ended by itself, as one does that cannot open its bucket. */
const AGAIN = 1000;

const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);

/** A crew without workers as yet. */
export async function crewAt(place: CrewPlace): Promise<Crew> {
  const { queue, folderOf, bucket, isUsual, env } = place;
  const log = await open(place.log, 'a');
  const workers = new Map<string, ChildProcess>();
  const module = fileURLToPath(new URL('worker.ts', import.meta.url));
  let begun = 0;
  let isEnding = false;
  function begin(): void {
    if (isEnding) return;
    const name = `w${++begun}`;
    const node = ['--conditions=@scene-mtl/source', '--import', import.meta.resolve('tsx')];
    const args = [...node, module, queue, folderOf(name), name, bucket, String(isUsual)];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...env },
    });
    workers.set(name, child);
    child.once('exit', () => {
      if (workers.delete(name)) setTimeout(begin, AGAIN);
    });
  }
  return {
    ...{ workers, begin },
    kill(name) {
      const child = workers.get(name);
      workers.delete(name);
      child?.kill('SIGKILL');
      begin();
    },
    trainers: () => [...workers.values()].flatMap(({ pid }) => childrenOf(pid!)),
    async end() {
      isEnding = true;
      const all = [...workers.values()];
      workers.clear();
      for (const child of all) child.kill('SIGTERM');
      for (const child of all) {
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      await log.close();
    },
  };
}
