import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A folder of `examples/`. */
export interface Example {
  readonly name: string;
  readonly folder: string;
  /** Its TypeScript files. */
  readonly sources: readonly string[];
  /** What its README has one type. */
  readonly commands: readonly string[];
}

/** The program in a checkout, as READMEs of examples type it. */
const IN_CHECKOUT = 'npm run replicate --';

/** The lines of the `sh` blocks of a Markdown text, continued ones joined, without comments. */
export const commandsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) =>
    block
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
      .filter((line) => line !== ''),
  );

/** Copies examples to where packages are installed, under the paths that they have in the repository. */
export function copyExamples(folders: readonly string[], to: string): Example[] {
  return folders.map((source) => {
    const name = basename(source);
    const folder = join(to, 'examples', name);
    const readme = join(source, 'README.md');
    if (!existsSync(readme))
      throw new Error(`${source}: expected a README.md that says how to run it`);
    cpSync(source, folder, { recursive: true });
    const commands = commandsOf(readFileSync(readme, 'utf8')).map((line) =>
      line.replace(IN_CHECKOUT, 'npx --no replicate'),
    );
    const sources = readdirSync(folder).filter((file) => /\.[mc]?ts$/.test(file));
    return { name, folder, sources: sources.map((file) => join(folder, file)), commands };
  });
}
