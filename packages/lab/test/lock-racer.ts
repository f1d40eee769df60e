import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alone } from '@scene-mtl/lab';

/** Takes a folder's lock so many times and says when it meets another inside: `lock-racer.ts FOLDER ROUNDS`. */

const [folder, rounds] = process.argv.slice(2);
const count = join(folder, 'count');
const inside = join(folder, 'inside');

const work = async (): Promise<void> => {
  // Left by one that was killed: whoever is inside now is alive and would have its own number there.
  const other = Number(await readFile(inside, 'utf8').catch(() => '0'));
  if (other > 0 && isAlive(other)) process.stdout.write(`NOT ALONE beside ${other}\n`);
  await writeFile(inside, String(process.pid));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  await appendFile(count, '.');
  await rm(inside, { force: true });
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let round = 0; round < Number(rounds); round++) {
  await alone(folder, work, { onWaiting: () => {} });
}
process.stdout.write(`worked ${rounds}\n`);
process.exit(0);
