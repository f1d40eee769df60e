import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { blocksOf, checked } from '../doc-blocks.ts';

/** A program of a user, as text; `name` without an extension. */
export interface Program {
  readonly name: string;
  readonly text: string;
}

/** Imports all of every package. */
export const everything = (imports: readonly string[]): Program => ({
  name: 'everything',
  text: `${imports.map((from, i) => `import * as m${i} from '${from}';`).join('\n')}
const modules = { ${imports.map((_, i) => `m${i}`).join(', ')} };
for (const [name, module] of Object.entries(modules)) {
  if (Object.keys(module).length === 0) throw new Error(\`\${name} is empty\`);
}
console.log(\`\${Object.keys(modules).length} modules\`);
`,
});

/**
 * The examples of a Markdown file as one program each, with their assertions. Their code is put into a function,
 * since CommonJS knows no await outside of one.
 */
export const examplesOf = (path: string, text: string): Program[] =>
  blocksOf(path, text)
    .filter(({ file }) => file === undefined)
    .map((block, i) => {
      const lines = checked(block)
        .replace(/\nexport \{\};\n$/, '')
        .split('\n');
      // An import over several lines ends with its `from`.
      const last = lines.findLastIndex((line) => /^(import .* |\} )from '.*';$/.test(line));
      const [imports, code] = [lines.slice(0, last + 1), lines.slice(last + 1)];
      return {
        name: `example-${i + 1}`,
        text: `${imports.join('\n')}\nasync function main(): Promise<void> {\n${code.join('\n')}\n}
void main().then(() => console.log('as documented'));\n`,
      };
    });

/** A faulty declaration or program. */
export interface TypeFault {
  /** Relative to the folder. */
  readonly file: string;
  readonly text: string;
}

/** How a user has TypeScript check everything it reads, declarations of packages too. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: false,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
};

/**
 * Writes programs into a folder, both as ES modules and as CommonJS, type-checks them and writes what to run:
 * `out/<name>.mjs` and `out/<name>.cjs`.
 * @param others TypeScript files that are checked and written beside them
 */
export function compileIn(
  folder: string,
  programs: readonly Program[],
  others: readonly string[] = [],
): TypeFault[] {
  mkdirSync(folder, { recursive: true });
  const files = programs.flatMap(({ name, text }) =>
    ['mts', 'cts'].map((extension) => {
      const file = join(folder, `${name}.${extension}`);
      writeFileSync(file, text);
      return file;
    }),
  );
  const host = ts.createCompilerHost(OPTIONS);
  host.getCurrentDirectory = () => folder;
  const options = { ...OPTIONS, rootDir: folder, outDir: join(folder, 'out') };
  const program = ts.createProgram([...files, ...others], options, host);
  program.emit();
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText, start }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0];
    if (file === undefined || start === undefined) return { file: '', text };
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    const path = relative(folder, file.fileName).replaceAll('\\', '/');
    return { file: path, text: `${path}:${line}: ${text}` };
  });
}

/** Declarations that do not agree with themselves or with TypeScript's own: TensorFlow.js' and what it brings. */
export const FOREIGN = /(^|\/)node_modules\/(@tensorflow|@webgpu\/types|typescript\/lib)\//;

/** Writes the `equals` that assertions of examples call, for `node --import`; gives the file. */
export function writeEquals(folder: string): string {
  const source = readFileSync(join(dirname(import.meta.dirname), 'equals.ts'), 'utf8');
  // By its name a module of ECMAScript, whatever the package around it.
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: OPTIONS,
    fileName: 'equals.mts',
  });
  const file = join(folder, 'equals.mjs');
  writeFileSync(file, `${outputText}\nObject.assign(globalThis, { equals });\n`);
  return file;
}
