/** One example of the documentation. */
export interface Block {
  readonly path: string;
  /** Of its first line. */
  readonly line: number;
  readonly code: string;
  /** The file that it shows whole (```ts file=packages/…), which is run by other tests. */
  readonly file?: string;
}

/**
 * The examples of a file: in TypeScript the fenced code after `@example`, in Markdown the ts blocks that import
 * something (others are excerpts), and those that show a file. A Markdown block may be left out by `<!-- not run: why -->` on the line before.
 */
export function blocksOf(path: string, text: string): Block[] {
  const markdown = path.endsWith('.md');
  const lines = text.split('\n').map((line) => (markdown ? line : line.replace(/^\s*\* ?/, '')));
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const starts = markdown
      ? /^`{3,}ts\b/.test(lines[i]) &&
        !/<!-- not run: .+ -->/.test(lines.slice(0, i).findLast((l) => l !== '') ?? '')
      : lines[i].trim() === '@example' && /^```ts/.test(lines[i + 1] ?? '') && (i++, true);
    if (!starts) continue;
    // What holds fences of its own stands between longer ones.
    const [fence] = /^`+/.exec(lines[i]) ?? [''];
    const end = lines.indexOf(fence, i + 1);
    if (end < 0) throw new Error(`${path}:${i + 1}: this example has no end`);
    const code = lines.slice(i + 1, end).join('\n');
    const [, file] = /\bfile=(\S+)/.exec(lines[i]) ?? [];
    if (file !== undefined) blocks.push({ path, line: i + 2, code, file });
    else if (!markdown || /^import /m.test(code)) blocks.push({ path, line: i + 2, code });
    i = end;
  }
  return blocks;
}

/** Line of the checked code, from 1, at which the example's own lines begin. */
export const FIRST_LINE = 2;

/**
 * The code of a block with its assertions, `expression; // → value`, made to be checked: to the digits
 * after the point that the value is printed with, exactly where there are none.
 */
export function checked({ code }: Pick<Block, 'code'>): string {
  const lines = code.split('\n').map((line) => {
    const [, indent, expression, value] = /^(\s*)(.+?);\s*\/\/ → (.+)$/.exec(line) ?? [];
    if (expression === undefined) return line;
    const printed = [...value.matchAll(/\d\.(\d+)/g)].map(([, d]) => d.length);
    const digits = printed.length > 0 ? `, ${Math.max(...printed)}` : '';
    const [, name] = /^const (\w+)\b/.exec(expression) ?? [];
    const check = `equals(${name ?? expression}, ${value}${digits});`;
    return name === undefined ? `${indent}${check}` : `${indent}${expression}; ${check}`;
  });
  const declaration =
    'declare function equals(actual: unknown, expected: unknown, digits?: number): void;';
  return `${declaration}\n${lines.join('\n')}\nexport {};\n`;
}
