import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@scene-mtl/lab/testing';

/** A Redis of the drill's own that can be killed, and begins again without its memory at the same address. */
export interface DrillRedis {
  readonly url: string;
  readonly process: () => ChildProcess;
  restart(pause: () => Promise<void>): Promise<void>;
  stop(): void;
}

/** @param folder where it may write */
export async function drillRedis(folder: string): Promise<DrillRedis> {
  const port = await freePort();
  const begin = async (): Promise<ChildProcess> => {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of child.stdout.setEncoding('utf8')) {
      if (/Ready to accept/.test(text as string)) break;
    }
    return child;
  };
  let redis = await begin();
  return {
    url: `redis://127.0.0.1:${port}/0`,
    process: () => redis,
    async restart(pause) {
      redis.kill('SIGKILL');
      await once(redis, 'exit');
      await pause();
      redis = await begin();
    },
    stop: () => void redis.kill('SIGKILL'),
  };
}
