import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openRun } from '../apps/replicate/src/gate/opened-run.ts';
import { savePredictions } from '../apps/replicate/src/train/predictions.ts';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/readme-picture.ts RUN [DATA]` draws docs/images/predictions.png: what the
 * last checkpoint of a run of three tasks says of six validation frames; one line per frame, the tiles side by side
 * under their names, enlarged without smoothing where they are small.
 */

const GAP = 6;
const LINES = 6;
const TILE_WIDTH = 256;
const HEADING = 26;

const [run, data] = process.argv.slice(2);
if (run === undefined) throw new Error('readme-picture: expected the folder of a run, got none');
const drawn = await mkdtemp(join(tmpdir(), 'readme-picture-'));
const opened = await openRun(run, 'last', data, {});
await savePredictions(drawn, opened.dataset, opened.evaluation, opened.network.tasks, LINES);
await opened.dispose();
const row = join(drawn, 'predictions');
const pictures = async (frame: string): Promise<string[]> =>
  (await readdir(join(row, frame))).filter((name) => name.endsWith('.png')).sort();

const frames = (await readdir(row)).sort().slice(0, LINES);
const names = await pictures(frames[0]);
const { width = 0, height = 0 } = await sharp(join(row, frames[0], names[0])).metadata();
const scale = Math.max(1, Math.round(TILE_WIDTH / width));
const size = { width: width * scale, height: height * scale };

const tiles = await Promise.all(
  frames.flatMap((frame, y) =>
    names.map(async (name, x) => ({
      input: await sharp(join(row, frame, name))
        .resize({ ...size, kernel: 'nearest' })
        .png()
        .toBuffer(),
      left: x * (size.width + GAP),
      top: HEADING + y * (size.height + GAP),
    })),
  ),
);

// 3-centre-vectors-truth.png → centre vectors, truth
const heading = (name: string): string =>
  name
    .replace(/^\d+-|\.png$/g, '')
    .replace(/-(truth|prediction)$/, ', $1')
    .replaceAll('-', ' ');
const total = names.length * (size.width + GAP) - GAP;
const headings = names.map(
  (name, x) =>
    `<text x="${x * (size.width + GAP) + size.width / 2}" y="18" text-anchor="middle">${heading(name)}</text>`,
);
const title = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${HEADING}"
     font-family="sans-serif" font-size="16" fill="#333333">${headings.join('')}</svg>`,
);

await sharp({
  create: {
    width: total,
    height: HEADING + frames.length * (size.height + GAP) - GAP,
    channels: 3,
    background: '#ffffff',
  },
})
  .composite([{ input: title, left: 0, top: 0 }, ...tiles])
  .png({ palette: true, compressionLevel: 9 })
  .toFile('docs/images/predictions.png');
await rm(drawn, { recursive: true });
