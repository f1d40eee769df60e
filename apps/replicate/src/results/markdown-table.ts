/** A table of plain texts as Markdown, one space around each: texts are long, so no padding. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string =>
  text.replace(/\s*\n\s*/g, ' ').replace(/[\\|*_`<>[\]]/g, '\\$&');
