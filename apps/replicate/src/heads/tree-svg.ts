import type { HeadEntry, NetworkFile } from './network-file.ts';
import { costText, headLines } from './tree-text.ts';

/** px. */
const [ROW, GAP, PAD] = [20, 60, 12];
/** Of the boxes of trunk, groups and heads, px. */
const WIDTHS = [400, 260, 430] as const;
type Column = 0 | 1 | 2;

interface Box {
  readonly title: string;
  readonly lines: readonly string[];
  readonly y: number;
  readonly height: number;
}

/**
 * The tree of a network as a picture of its own: trunk on the left, groups, heads with who answers for
 * them on the right. The same file gives the same bytes.
 */
export function treeSvg(file: NetworkFile): string {
  const { trunk, groups, heads, run, size } = file;
  const ordered = groups.flatMap((group) =>
    group.heads.map((name) => heads.find((one) => one.name === name) as HeadEntry),
  );
  const right = stacked(ordered.map((head) => ({ title: head.name, lines: headLines(head) })));
  let first = 0;
  const middle = groups.map((group): Box => {
    const own = right.slice(first, (first += group.heads.length));
    const [top, last] = [own[0], own[own.length - 1]];
    const height = heightOf(0);
    const centre = (top.y + last.y + last.height) / 2;
    return { title: `group ${group.name}`, lines: [], y: centre - height / 2, height };
  });
  const trunkLines = [
    trunk.encoder,
    costText(trunk),
    `last changed by ${trunk.changedBy}`,
    ...trunk.stages.map((stage) => `${stage.name}: ${costText(stage)}`),
  ];
  const bottom = Math.max(...right.map(({ y, height }) => y + height), heightOf(trunkLines.length));
  const left: Box = {
    title: `trunk of ${run}, ${size.height}×${size.width} px`,
    lines: trunkLines,
    y: (bottom - heightOf(trunkLines.length)) / 2 + PAD / 2,
    height: heightOf(trunkLines.length),
  };
  const x = (column: Column): number =>
    PAD + WIDTHS.slice(0, column).reduce((sum, width) => sum + width + GAP, 0);
  const end = (column: Column): number => x(column) + WIDTHS[column];
  let at = 0;
  const wires = groups.flatMap((group, g) => [
    wire(end(0), left, x(1), middle[g]),
    ...group.heads.map(() => wire(end(1), middle[g], x(2), right[at++])),
  ]);
  const boxes = [
    drawn(x(0), WIDTHS[0], left),
    ...middle.map((box) => drawn(x(1), WIDTHS[1], box)),
    ...right.map((box) => drawn(x(2), WIDTHS[2], box)),
  ];
  const [w, h] = [end(2) + PAD, bottom + PAD];
  const said = `${groups.length} groups with the heads ${ordered.map(({ name }) => name).join(', ')} on one trunk`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" ` +
    `font-family="system-ui, DejaVu Sans, sans-serif" font-size="12"><title>${escaped(`Network of ${run}`)}</title>` +
    `<desc>${escaped(said)}</desc><rect width="${w}" height="${h}" fill="#ffffff"/>` +
    `${[...wires, ...boxes].join('')}</svg>\n`
  );
}

const heightOf = (lines: number): number => ROW * (lines + 1) + PAD;

function stacked(boxes: readonly Pick<Box, 'title' | 'lines'>[]): Box[] {
  let y = PAD;
  return boxes.map((box) => {
    const height = heightOf(box.lines.length);
    const placed = { ...box, y, height };
    y += height + PAD;
    return placed;
  });
}

function wire(fromX: number, from: Box, toX: number, to: Box): string {
  const [a, b] = [from, to].map(({ y, height }) => y + height / 2);
  const half = (fromX + toX) / 2;
  return `<path d="M${fromX} ${a}C${half} ${a} ${half} ${b} ${toX} ${b}" fill="none" stroke="#4a5460"/>`;
}

function drawn(x: number, width: number, { title, lines, y, height }: Box): string {
  const texts = lines.map(
    (line, i) =>
      `<text x="${x + PAD}" y="${y + ROW * (i + 2)}" fill="#4a5460">${escaped(clipped(line, width, LETTER))}</text>`,
  );
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#f6f8fa" stroke="#d0d7de"/>` +
    `<text x="${x + PAD}" y="${y + ROW}" font-weight="600" fill="#1b1f24">${escaped(clipped(title, width, BOLD))}</text>` +
    texts.join('')
  );
}

/** Width of a letter on average, px; of a title, which is bold. */
const [LETTER, BOLD] = [6.5, 7.5];

/** Text that stays within a box of a width. */
const clipped = (text: string, width: number, letter: number): string => {
  const longest = Math.floor((width - PAD) / letter);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
};

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
