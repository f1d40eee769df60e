import { descentText, factsOf } from './facts.ts';
import type { Descent, Lineage, LineageRun } from './lineage.ts';

/** Size of a letter, of a line and of what is around a box, between two boxes, and between two arrows, px. */
const [LETTER, LINE, PAD, GAP, LANE] = [6.7, 16, 10, 24, 12];

interface Box {
  readonly run: LineageRun;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly y: number;
}

/**
 * A lineage as a picture: a box a run, the oldest above; beside them an arrow from each run to the one that began with
 * its parts, which says what it took. Arrows that pass each other have lanes of their own.
 */
export function lineageSvg(lineage: Lineage): string {
  const { descents } = lineage;
  const boxes = placed(lineage);
  const lanes = lanesOf(descents, boxes);
  const left = 2 * PAD + LANE * (Math.max(-1, ...lanes) + 1);
  const width = left + Math.max(...boxes.map((box) => box.width)) + PAD;
  const last = boxes.at(-1)!;
  const height = last.y + last.height + PAD;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#345"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...descents.map((descent, i) => arrow(descent, lanes[i], lineage, boxes, left)),
    ...boxes.map((box) => drawn(box, left)),
    '</svg>\n',
  ].join('\n');
}

/** Boxes under each other, in the order of the runs: every one below those that it came from. */
function placed(lineage: Lineage): Box[] {
  let y = PAD;
  return lineage.runs.map((run) => {
    const lines = [...factsOf(run), ...takenBy(run, lineage)];
    const longest = Math.max(run.name.length, ...lines.map((line) => line.length));
    const height = (lines.length + 1) * LINE + PAD;
    const box = { run, lines, width: longest * LETTER + 2 * PAD, height, y };
    y += height + GAP;
    return box;
  });
}

/** What a run took, a line for each older one. */
const takenBy = ({ id }: LineageRun, { runs, descents }: Lineage): string[] =>
  descents
    .filter(({ to }) => to === id)
    .map((descent) => {
      const from = runs.find((run) => run.id === descent.from)!;
      return `from ${from.name}: ${descentText(descent)}`;
    });

/** For each arrow the lane, counted from the boxes, that is free from its begin to its end: short ones first. */
function lanesOf(descents: readonly Descent[], boxes: readonly Box[]): number[] {
  const at = (id: string): number => boxes.findIndex(({ run }) => run.id === id);
  const spans = descents.map(({ from, to }, i) => ({ i, from: at(from), to: at(to) }));
  spans.sort((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from);
  const taken: { readonly from: number; readonly to: number }[][] = [];
  const lanes: number[] = [];
  for (const { i, from, to } of spans) {
    const isFree = (lane: (typeof taken)[number]) =>
      lane.every((other) => to <= other.from || from >= other.to);
    const found = taken.findIndex(isFree);
    lanes[i] = found < 0 ? taken.length : found;
    (taken[lanes[i]] ??= []).push({ from, to });
  }
  return lanes;
}

function arrow(
  descent: Descent,
  lane: number,
  { descents }: Lineage,
  boxes: readonly Box[],
  left: number,
): string {
  const boxOf = (id: string): Box => boxes.find(({ run }) => run.id === id)!;
  const [from, to] = [boxOf(descent.from), boxOf(descent.to)];
  // Each leaves and arrives at a height of its own.
  const place = (end: 'from' | 'to') =>
    descents.filter((one) => one[end] === descent[end]).indexOf(descent);
  const start = from.y + from.height - 6 - 6 * place('from');
  const end = to.y + 8 + 8 * place('to');
  const x = left - PAD - (lane + 1) * LANE;
  return `<path d="M${left} ${start} H${x} V${end} H${left}" fill="none" stroke="#345" marker-end="url(#end)"/>`;
}

function drawn({ run, lines, width, height, y }: Box, x: number): string {
  const isMissing = run.known === undefined;
  const dash = isMissing ? ' stroke-dasharray="5 4"' : '';
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${isMissing ? '#fdf1f0' : '#eef3fa'}" stroke="#345"${dash}/>`,
    text(x + PAD, y + LINE, run.name, '#111', true),
    ...lines.map((line, i) => text(x + PAD, y + (i + 2) * LINE, line, '#333')),
  ].join('');
}

const text = (x: number, y: number, words: string, colour: string, bold = false): string =>
  `<text x="${x}" y="${y}" fill="${colour}"${bold ? ' font-weight="bold"' : ''}>${escaped(words)}</text>`;

/** Text as XML takes it: names of folders may hold anything. */
const escaped = (words: string): string =>
  words
    .replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd')
    .replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
