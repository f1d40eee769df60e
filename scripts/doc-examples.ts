import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { blocksOf, checked, FIRST_LINE } from './doc-blocks.ts';
import { equals } from './equals.ts';

/**
 * Type-checks and runs every example of the documentation: the `@example` of exported symbols, and the ts blocks
 * of the Markdown files. A line `expression; // → value` is an assertion; a block `file=PATH` shows that file.
 * An argument checks only the files whose path begins with it, `npm run docs:examples packages/eval`.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const DOCUMENTED = /^(packages\/[^/]+\/src\/.*\.ts|(packages\/[^/]+\/|docs\/)?[^/]+\.md)$/;
const FOLDERS = ['.', 'docs', 'packages'];
// Below the root, so that packages are found as from any folder of the repository.
const folder = join(root, 'node_modules', '.cache', 'doc-examples');

const beginning = process.argv[2] ?? '';
const blocks = documented()
  .filter((path) => path.startsWith(beginning))
  .flatMap((path) => blocksOf(path, readFileSync(join(root, path), 'utf8')));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const files = blocks.flatMap((block, i) => {
  if (block.file !== undefined) return [];
  const file = join(folder, `example-${i}.mts`);
  writeFileSync(file, checked(block));
  return [{ file, at: (line: number) => `${block.path}:${block.line + line - FIRST_LINE}` }];
});

const shown = blocks.flatMap(({ path, line, file, code }) =>
  file === undefined || readFileSync(join(root, file), 'utf8').trimEnd() === code.trimEnd()
    ? []
    : [`${path}:${line}: not what ${file} says; copy it`],
);
const failures = [...shown, ...typeErrors(), ...(await runErrors())];
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(`${blocks.length} examples, ${failures.length} wrong\n`);
// Engines keep threads alive.
process.exit(failures.length > 0 || files.length === 0 ? 1 : 0);

/** Files that may hold examples, relative to the root, in a fixed order. */
function documented(): string[] {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder === 'packages' }).map((name) =>
      join(folder, name as string).replaceAll('\\', '/'),
    ),
  );
  return paths.filter((path) => DOCUMENTED.test(path)).sort();
}

function typeErrors(): string[] {
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (f) => readFileSync(f, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const program = ts.createProgram(
    files.map(({ file }) => file),
    // What an example shows need not be used.
    { ...options, noEmit: true, noUnusedLocals: false, allowImportingTsExtensions: true },
  );
  // The sources that they import are checked by `npm run typecheck`.
  const diagnostics = files.flatMap(({ file }) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)),
  );
  return diagnostics.map(({ file, messageText, start }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    if (file === undefined || start === undefined) return text;
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    const example = files.find((one) => one.file === file.fileName);
    return `${example?.at(line) ?? `${relative(root, file.fileName)}:${line}`}: ${text}`;
  });
}

async function runErrors(): Promise<string[]> {
  const wrong: string[] = [];
  Object.assign(globalThis, { equals });
  // Files that an example writes stay out of the repository.
  process.chdir(folder);
  for (const { file, at } of files) {
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      const { message, stack = '' } = error as Error;
      const [, line = FIRST_LINE] = stack.match(new RegExp(`${basename(file)}:(\\d+)`)) ?? [];
      wrong.push(`${at(Number(line))}: ${message}`);
    }
  }
  return wrong;
}
