/** A table of Markdown cells, one space around each: texts are long, so no padding. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that Markdown must not read as markup, on one line. */
export const escaped = (text: string): string =>
  text.replace(/\s*\n\s*/g, ' ').replace(/[\\|*_`<>[\]]/g, '\\$&');
