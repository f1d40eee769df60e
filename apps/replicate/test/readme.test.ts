import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));

test('README’s example compiles a step and fits w to 3', async () => {
  const readme = await readFile(`${root}/README.md`, 'utf8');
  const code = /```ts\n([^]*?)```/.exec(readme)?.[1];
  expect(code).toBeDefined();
  const program = `${code};\nconsole.log(w.dataSync()[0]);`;
  const args = [tsx, '--conditions=@scene-mtl/source', '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  // 50 steps of w ← w − 0.1 · 2(w − 3) from 0: 3 · (1 − 0.8⁵⁰) = 2.99996.
  expect(Number(stdout.trim().split('\n').at(-1))).toBeCloseTo(2.99996, 4);
});
