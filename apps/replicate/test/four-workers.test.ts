import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { needingRedis, ownRedis, s3Server } from '@scene-mtl/lab/testing';

const at = (file: string): string => compiled(new URL(file, import.meta.url));

const withRedis = needingRedis(test);

/** All bytes of all files below a folder. */
async function allIn(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name)))),
  );
}

withRedis(
  'four workers make a table byte for byte as one process does, and no password is in anything they write',
  async () => {
    const password = 'redis-s3cret-of-this-test';
    const [redis, s3] = [await ownRedis(password), await s3Server(1000)];
    const folder = await mkdtemp(join(tmpdir(), 'four-workers-'));
    const env = { ...process.env, ...s3.env, REDIS_PASSWORD: password };
    const bucket = s3.address('mtl').shown;
    // A few steps of the smoke profile, two rows of it.
    const table = [
      ...['table1', '--profile', 'smoke', '--threads', '1', '--name', 'table'],
      ...['--rows', 'depth-only,uncertainty-semantic-depth', '--set'],
      ...['data.train=4', 'data.val=1', 'training.steps=4', 'training.evalEvery=4', 'strips=0'],
      ...['training.checkpointEvery=2'],
    ];
    const ending = new AbortController();
    const replicate = (...args: string[]) =>
      promisify(execFile)(process.execPath, [at('../src/cli.ts'), ...table, ...args], {
        env,
        signal: ending.signal,
      });
    const workers = spawn(
      process.execPath,
      [at('four-workers.ts'), redis.url, bucket, join(folder, 'hands')],
      { env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    for (const stream of [workers.stdout, workers.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    const [one, four] = [join(folder, 'one'), join(folder, 'four')];
    const ended = once(workers, 'exit');
    const printing = Promise.all([
      replicate('--runs', one),
      replicate(
        ...['--executor', 'queue', '--queue', redis.url],
        ...['--runs', bucket, '--scratch', four],
      ),
    ]);
    const early = ended.then(() => Promise.reject(new Error(`the workers ended: ${said}`)));
    const print = async () => {
      try {
        return await Promise.race([printing, early]);
      } finally {
        workers.kill('SIGTERM');
        await ended;
        ending.abort();
        await redis.stop();
      }
    };
    const printed = await print();

    expect(printed[1].stdout.replaceAll(four, one)).toBe(printed[0].stdout);
    const runs = (await readdir(join(one, 'trained'))).sort();
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      for (const file of ['metrics.jsonl', 'result.json']) {
        const [its, other] = [one, four].map((place) => join(place, 'trained', run, file));
        expect(await readFile(other, 'utf8')).toBe(await readFile(its, 'utf8'));
      }
    }
    expect(said.match(/: done in /g)).toHaveLength(2);

    const secrets = [password, s3.env['AWS_SECRET_ACCESS_KEY']!];
    const kept = [...s3.objects.values()].map(({ body }) => body);
    const written = Buffer.concat([await allIn(folder), ...kept, Buffer.from(said)]);
    const shown = printed.map(({ stdout, stderr }) => stdout + stderr).join();
    for (const secret of secrets) {
      expect(written.includes(secret)).toBe(false);
      expect(shown).not.toContain(secret);
    }
    await s3.stop();
  },
);
