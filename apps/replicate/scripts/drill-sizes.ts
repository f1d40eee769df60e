import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The table of docs/extending.md: how large each extension is. `npm run docs:drills` writes it; a test says when
 * it is no longer true, or an extension has outgrown what it may take.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const DOCUMENT = join(root, 'docs', 'extending.md');
const PLACE = /<!-- sizes -->[^]*<!-- \/sizes -->/;

/** What an extension consists of. */
interface Drill {
  readonly title: string;
  /** Its own files and folders. */
  readonly own: readonly string[];
  /** How other files name it, and where they are. */
  readonly named: RegExp;
  readonly within: readonly string[];
  /** Files that were built on it later: no part of what it took. */
  readonly builtOnIt?: readonly string[];
  /** Most lines of its own, and elsewhere. */
  readonly most: readonly [own: number, elsewhere: number];
}

const balancing = 'packages/core/src/balancing';
const sources = ['packages/core/src', 'packages/lab/src', 'apps/replicate/src'];

const drills: readonly Drill[] = [
  ...(
    [
      ['a loss weighting: GLS', 'geometric-mean', /geometricMean|geometric-mean/],
      ['a gradient balancer: PCGrad', 'pcgrad', /\bpcgrad\b/],
      ['a gradient balancer: MGDA', 'mgda', /\bmgda\b/],
      ['a balancer by element: GradDrop', 'graddrop', /\bgraddrop\b/],
    ] as const
  ).map(([title, file, named]): Drill => ({
    ...{ title, named, own: [`${balancing}/${file}.ts`], within: sources, most: [120, 3] },
    // Solves by it what it asks of slopes.
    builtOnIt: [`${balancing}/moml.ts`],
  })),
  {
    title: 'a task: normals',
    own: ['packages/vision-heads/src/normals'],
    named: /normals(Kit|TargetKit)\b|'\.\/normals\//,
    within: ['packages/vision-heads/src', 'apps/replicate/src'],
    most: [220, 5],
  },
  {
    title: 'a hint on images without labels',
    own: ['packages/vision-heads/src/hints/flip-hint.ts'],
    // Its export, and two lines of each of the three tasks that bring it along.
    named: /flipHint|flip-hint/,
    within: ['packages/vision-heads/src', ...sources],
    builtOnIt: ['packages/vision-heads/src/hints/picture-hints.ts'],
    most: [40, 7],
  },
  {
    title: 'an experiment without images: inputs as outputs',
    own: ['apps/replicate/src/papers/caruana1997/inputs-as-outputs'],
    named: /\binputs-as-outputs\b|\binputsAsOutputs\b/,
    within: ['apps/replicate/src', 'packages/lab/src'],
    most: [120, 2],
  },
];

/** Source files below some folders, or the file itself, in a fixed order. */
const filesIn = (path: string): string[] =>
  statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path), { recursive: true })
        .map((name) => join(path, name as string).replaceAll('\\', '/'))
        .filter((name) => name.endsWith('.ts'))
        .sort()
    : [path];

const linesOf = (file: string): string[] =>
  readFileSync(join(root, file), 'utf8').trimEnd().split('\n');

/** What an extension takes now. */
export interface Size extends Pick<Drill, 'title' | 'most'> {
  readonly files: number;
  readonly lines: number;
  /** Lines of other files that name it. */
  readonly elsewhere: number;
}

/** The sizes of all extensions. */
export function drillSizes(): Size[] {
  return drills.map(({ title, own, named, within, builtOnIt = [], most }) => {
    const files = own.flatMap(filesIn);
    const counted = [...files, ...builtOnIt];
    const others = within.flatMap(filesIn).filter((file) => !counted.includes(file));
    const count = (all: readonly string[], of: (line: string) => boolean) =>
      all.reduce((sum, file) => sum + linesOf(file).filter(of).length, 0);
    const lines = count(files, () => true);
    return {
      title,
      most,
      files: files.length,
      lines,
      elsewhere: count(others, (l) => named.test(l)),
    };
  });
}

/** The document with the sizes of now. */
export function withSizes(text: string): string {
  const rows = [
    ['extension', 'files of its own', 'lines', 'lines elsewhere', 'may take'],
    ...drillSizes().map(({ title, files, lines, elsewhere, most }) => [
      title,
      ...[files, lines, elsewhere].map(String),
      `${most[0]} + ${most[1]}`,
    ]),
  ];
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(
    widths.map((w, c) => (c === 0 ? `:${'-'.repeat(w - 1)}` : `${'-'.repeat(w - 1)}:`)),
  );
  const [head, ...body] = rows.map((row) =>
    line(row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))),
  );
  const table = [head, rule, ...body].join('\n');
  return text.replace(PLACE, `<!-- sizes -->\n\n${table}\n\n<!-- /sizes -->`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(DOCUMENT, withSizes(readFileSync(DOCUMENT, 'utf8')));
}
