import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * `npx tsx scripts/readme-picture.ts RUN_FOLDER` draws docs/images/predictions.png from the pictures
 * that a row of Table 1 wrote: one line per frame, the panels side by side, enlarged without
 * smoothing.
 */

const scale = 2;
const gap = 6;
const lines = 4;

const row = join(
  process.argv[2] ?? '',
  'uncertainty-semantic-instance-depth',
  'seed-1',
  'predictions',
);
const frames = (await readdir(row)).sort().slice(0, lines);
const panels = await Promise.all(
  frames.map(async (frame) => {
    const files = (await readdir(join(row, frame))).filter((name) => name.endsWith('.png')).sort();
    return Promise.all(
      files.map(async (file) => {
        const picture = sharp(join(row, frame, file));
        const { width, height } = await picture.metadata();
        const size = { width: width * scale, height: height * scale };
        return {
          ...size,
          data: await picture
            .resize({ ...size, kernel: 'nearest' })
            .png()
            .toBuffer(),
        };
      }),
    );
  }),
);
const { width, height } = panels[0][0];
const columns = panels[0].length;
await sharp({
  create: {
    width: columns * (width + gap) - gap,
    height: panels.length * (height + gap) - gap,
    channels: 3,
    background: '#ffffff',
  },
})
  .composite(
    panels.flatMap((line, y) =>
      line.map(({ data }, x) => ({
        input: data,
        left: x * (width + gap),
        top: y * (height + gap),
      })),
    ),
  )
  .png({ palette: true, compressionLevel: 9 })
  .toFile('docs/images/predictions.png');
