import {
  bestCells,
  checkTable,
  DASH,
  footnotes,
  formatNumber,
  isMeasured,
  type Table,
  type TableColumn,
} from './table.ts';

/**
 * A table as a LaTeX `table` environment for pdflatex; needs `\usepackage{booktabs}` and nothing
 * else. Column groups become `\multicolumn` with `\cmidrule`, the best value `\textbf`, a published
 * number `\textit{(63.4)}$^{\dagger}$`, a missing run `--`.
 *
 * @throws RangeError when the table is incomplete (`checkTable`), or when a text has a character for
 *   which no LaTeX is known (pdflatex would stop there)
 * @example
 * ```ts
 * import { toLatex } from '@scene-mtl/eval';
 * const rows = [{ header: 'learned', cells: [{ value: 0.302, sd: 0.01, n: 3 }] }];
 * const latex = toLatex({ title: 'Depth', corner: 'Loss', columns: [{ name: 'error', decimals: 3 }], rows });
 * latex.includes('\\toprule'); // → true
 * ```
 */
export function toLatex(table: Table): string {
  checkTable(table);
  const best = bestCells(table);
  const rows = table.rows.flatMap((row, r) => {
    const cells = row.cells.map((cell, c) => {
      if (!isMeasured(cell)) return cell === null ? '--' : texText(cell);
      const { decimals } = table.columns[c];
      const value = formatNumber(cell.value, decimals);
      const sd = cell.sd === undefined ? '' : ` $\\pm$ ${texText(formatNumber(cell.sd, decimals))}`;
      const ours = value === DASH ? '--' : `${texText(value)}${sd}`;
      const published =
        cell.published === undefined
          ? ''
          : ` \\textit{(${texText(formatNumber(cell.published, decimals))})}$^{\\dagger}$`;
      return (best[r][c] ? `\\textbf{${ours}}` : ours) + published;
    });
    const line = `${[texText(row.header), ...cells].join(' & ')} \\\\`;
    return row.ruleAbove && r > 0 ? ['\\midrule', line] : [line];
  });
  const notes = footnotes(table).map((note) => `\\\\[2pt]\n{\\footnotesize ${texText(note)}}`);
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${texText(table.title)}}`,
    `\\begin{tabular}{l${columnTypes(table.columns)}}`,
    '\\toprule',
    ...groupLines(table.columns),
    `${[table.corner, ...table.columns.map(heading)].map((t, i) => (i === 0 ? texText(t) : t)).join(' & ')} \\\\`,
    '\\midrule',
    ...rows,
    '\\bottomrule',
    '\\end{tabular}',
    ...notes,
    '\\end{table}',
    '',
  ].join('\n');
}

/** Text wraps: its columns share what a header of a fifth leaves of the line. */
function columnTypes(columns: readonly TableColumn[]): string {
  const texts = columns.filter(({ kind }) => kind === 'text').length;
  const width = (0.8 / Math.max(1, texts)).toFixed(2);
  return columns.map(({ kind }) => (kind === 'text' ? `p{${width}\\linewidth}` : 'r')).join('');
}

function heading({ name, unit, better }: TableColumn): string {
  const arrow = better === 'higher' ? ' $\\uparrow$' : better === 'lower' ? ' $\\downarrow$' : '';
  return `${texText(name)}${unit ? ` [${texText(unit)}]` : ''}${arrow}`;
}

/** The row of group headings with its rules; nothing when no column has a group. */
function groupLines(columns: readonly TableColumn[]): string[] {
  if (!columns.some((c) => c.group)) return [];
  const runs: { group: string; from: number; to: number }[] = [];
  columns.forEach(({ group = '' }, i) => {
    const last = runs.at(-1);
    if (last && last.group === group) last.to = i;
    else runs.push({ group, from: i, to: i });
  });
  const cells = runs.map(
    ({ group, from, to }) => `\\multicolumn{${to - from + 1}}{c}{${texText(group)}}`,
  );
  const rules = runs
    .filter(({ group }) => group)
    .map(({ from, to }) => `\\cmidrule(lr){${from + 2}-${to + 2}}`);
  return [` & ${cells.join(' & ')} \\\\`, rules.join(' ')];
}

const symbols: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '"': "''",
  '“': '``',
  '”': "''",
  '‘': '`',
  '’': "'",
  '–': '--',
  '—': '---',
  '−': '$-$',
  '…': '\\ldots{}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '°': '$^{\\circ}$',
  '⁻': '$^{-}$',
  '⁰': '$^{0}$',
  '¹': '$^{1}$',
  '²': '$^{2}$',
  '³': '$^{3}$',
  '⁴': '$^{4}$',
  '₁': '$_{1}$',
  '₂': '$_{2}$',
  '₃': '$_{3}$',
  '≈': '$\\approx$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
  '≠': '$\\neq$',
  '∞': '$\\infty$',
  '→': '$\\rightarrow$',
  '↑': '$\\uparrow$',
  '↓': '$\\downarrow$',
  '√': '$\\surd$',
  // A tick without amssymb.
  '✓': '$\\surd$',
  '†': '$^{\\dagger}$',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  δ: '$\\delta$',
  ε: '$\\varepsilon$',
  λ: '$\\lambda$',
  μ: '$\\mu$',
  ξ: '$\\xi$',
  ρ: '$\\rho$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  φ: '$\\varphi$',
  Δ: '$\\Delta$',
  Σ: '$\\Sigma$',
};

/**
 * Plain text → LaTeX; accented Latin letters pass (pdflatex reads UTF-8 since 2018). `[` or `*` at the start
 * would be the argument of the `\\` or rule above it; `--` in a flag would print as a dash.
 */
function texText(text: string): string {
  const plain = [...text.replace(/\s+/g, ' ').trim()];
  return plain
    .map((char, i) => {
      if (i === 0 && (char === '[' || char === '*')) return `{${char}}`;
      if (char === '-' && plain[i - 1] === '-') return '{}-';
      const known = symbols[char];
      if (known !== undefined) return known;
      if (/[\u0020-\u007e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]/.test(char)) return char;
      throw new RangeError(
        `toLatex: no LaTeX known for "${char}" (U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}) in "${text}"; write it another way`,
      );
    })
    .join('');
}
