import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * The line numbers of docs/paper.md: every `file.ts:12` (`name`) there leads to the line that exports
 * `name`. Without flags writes the right ones; with --check says which are wrong and fails.
 */
const DOCUMENT = 'docs/paper.md';
const REFERENCE = /`([\w./-]+\.ts):(\d+)` \(`(\w+)`\)/g;

const { check } = parseArgs({ options: { check: { type: 'boolean' } } }).values;
const wrong: string[] = [];
const before = readFileSync(DOCUMENT, 'utf8');
const after = before.replace(REFERENCE, (_, file: string, line: string, name: string) => {
  const declaration = new RegExp(
    `^export (?:async )?(?:const|function|class|interface) ${name}\\b`,
  );
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((text) => declaration.test(text));
  if (found < 0) throw new Error(`${DOCUMENT}: ${file} exports no ${name}; correct the reference`);
  if (found + 1 !== Number(line))
    wrong.push(`${file}: ${name} is on line ${found + 1}, not ${line}`);
  return `\`${file}:${found + 1}\` (\`${name}\`)`;
});
if (after === before && !REFERENCE.test(before)) throw new Error(`${DOCUMENT}: no references`);
if (check && wrong.length > 0) {
  process.stderr.write(`${DOCUMENT}: ${wrong.join('; ')}; run npm run docs:lines\n`);
  process.exitCode = 1;
} else if (!check) {
  writeFileSync(DOCUMENT, after);
}
