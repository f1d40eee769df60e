import { descentText, factsOf } from './facts.ts';
import type { Lineage, LineageRun } from './lineage.ts';

/** Size of a letter, a line and what is around a box, px. */
const [LETTER, LINE, PAD, GAP] = [6.6, 16, 10, 48];

interface Box {
  readonly run: LineageRun;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

/** A lineage as a picture: a box a run, the oldest above, a line for each run that began with another's parts. */
export function lineageSvg(lineage: Lineage): string {
  const boxes = placed(lineage);
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + PAD;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + PAD;
  const lines = lineage.descents.map((descent) => {
    const [from, to] = [descent.from, descent.to].map(
      (id) => boxes.find(({ run }) => run.id === id) as Box,
    );
    const [x1, y1] = [from.x + 30, from.y + from.height];
    const [x2, y2] = [
      to.x + 30 + 40 * lineage.descents.filter((d) => d.to === descent.to).indexOf(descent),
      to.y,
    ];
    return (
      `<path d="M${x1} ${y1} C ${x1} ${(y1 + y2) / 2}, ${x2} ${(y1 + y2) / 2}, ${x2} ${y2}" fill="none" stroke="#555" marker-end="url(#end)"/>` +
      text(x1 + 8, y1 + LINE, descentText(descent), '#555')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...lines,
    ...boxes.map(drawn),
    '</svg>\n',
  ].join('\n');
}

function placed({ runs, descents }: Lineage): Box[] {
  const levels = new Map<string, number>();
  // In the order of the runs: every one after those that it came from.
  for (const { id } of runs) {
    const older = descents.filter(({ to }) => to === id).map(({ from }) => levels.get(from) ?? 0);
    levels.set(id, Math.max(-1, ...older) + 1);
  }
  const boxes: Box[] = [];
  let y = PAD;
  for (let level = 0; level <= Math.max(...levels.values()); level++) {
    let x = PAD;
    const row = runs.filter(({ id }) => levels.get(id) === level);
    for (const run of row) {
      const lines = factsOf(run);
      const longest = Math.max(run.name.length, ...lines.map((line) => line.length));
      const [width, height] = [longest * LETTER + 2 * PAD, (lines.length + 1) * LINE + PAD];
      boxes.push({ run, lines, width, height, x, y });
      x += width + GAP;
    }
    y += Math.max(...boxes.slice(-row.length).map(({ height }) => height)) + GAP;
  }
  return boxes;
}

function drawn({ run, lines, width, height, x, y }: Box): string {
  const missing = run.known === undefined;
  const dash = missing ? ' stroke-dasharray="5 4"' : '';
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${missing ? '#fdf1f0' : '#eef3fa'}" stroke="#345"${dash}/>`,
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
