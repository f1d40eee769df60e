import { describe, expect, test } from '@jest/globals';
import { blocksOf, checked, FIRST_LINE } from '../doc-blocks.ts';

const source = [
  '/**',
  ' * Doubles.',
  ' * @example',
  ' * ```ts',
  ' * twice(2); // → 4',
  ' * ```',
  ' */',
];

describe('blocksOf', () => {
  test('finds the example of a doc comment and the line on which it begins', () => {
    expect(blocksOf('twice.ts', source.join('\n'))).toEqual([
      { path: 'twice.ts', line: 5, code: 'twice(2); // → 4' },
    ]);
  });

  test('takes Markdown blocks that import something, but for those that say why they do not run', () => {
    const block = ['```ts', "import 'a';", '```', ''];
    const text = [
      '```ts',
      'excerpt();',
      '```',
      '',
      ...block,
      '<!-- not run: why -->',
      '',
      ...block,
    ];
    expect(blocksOf('README.md', text.join('\n')).map(({ line }) => line)).toEqual([6]);
  });

  test('reads a file with fences of its own between longer ones', () => {
    const text = ['````ts file=twice.ts', ...source, '````'].join('\n');
    expect(blocksOf('README.md', text)).toEqual([
      { path: 'README.md', line: 2, file: 'twice.ts', code: source.join('\n') },
    ]);
  });

  test('refuses a block without an end', () => {
    expect(() => blocksOf('a.ts', source.slice(0, 5).join('\n'))).toThrow('a.ts:4');
  });
});

describe('checked', () => {
  /** Line of the checked code that a line becomes. */
  const line = (code: string) => checked({ code }).split('\n')[FIRST_LINE - 1];

  test('asks for the value to the digits that it is printed with, exactly where there are none', () => {
    expect(line('mean(x); // → [0.25, 1.5]')).toBe('equals(mean(x), [0.25, 1.5], 2);');
    expect(line('count(x); // → 3')).toBe('equals(count(x), 3);');
  });

  test('keeps a declaration and asks for what it declares', () => {
    expect(line('const a = f(); // → 1')).toBe('const a = f(); equals(a, 1);');
  });

  test('leaves other lines as they are', () => {
    expect(line('f(); // a comment')).toBe('f(); // a comment');
  });
});
