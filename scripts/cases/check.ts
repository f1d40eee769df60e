import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cases } from './table.ts';

/**
 * `npm run cases [-- PREFIX]` gives inputs of public bug reports, kept beside the repository in
 * `../shared/cases`, to the commands, and prints how many do what is expected. Exit code 1 when one does
 * not. Where the folder is absent it says so and ends with 0.
 */
const root = fileURLToPath(new URL('../../../shared/cases/', import.meta.url));
const [prefix = ''] = process.argv.slice(2);

const there = new Set(await readdir(root).catch(() => []));
if (there.size === 0) {
  console.log(`0 cases: ${root} is absent`);
  process.exit();
}
const unknown = [...there].filter((name) => !(name in cases));
// Beside the packages, so that a case's program finds them.
const scratch = await mkdtemp(fileURLToPath(new URL('../../.cases-', import.meta.url)));
const failed: string[] = [];
let passed = 0;
try {
  await cp(root, scratch, { recursive: true, verbatimSymlinks: true });
  for (const [name, check] of Object.entries(cases)) {
    if (!name.startsWith(prefix) || !there.has(name)) continue;
    const work = join(scratch, name);
    const fault = await check(work).catch((error: unknown) => String(error));
    if (fault === undefined) passed += 1;
    else failed.push(name);
    console.log(fault === undefined ? `ok      ${name}` : `NOT OK  ${name}: ${fault}`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
for (const name of unknown)
  console.log(`NOT OK  ${name}: no expectation in scripts/cases/table.ts`);
console.log(`${passed} as expected, ${failed.length + unknown.length} not`);
if (failed.length + unknown.length > 0) process.exitCode = 1;
