import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { videoFacts, videoFrames, videoWriter } from '../src/predict/ffmpeg.ts';
import { predictVideo, type PredictVideoOptions } from '../src/predict/predict-video.ts';
import { scratch, tinyRun } from './tiny-run.ts';

const isThere = (program: string) => !spawnSync(program, ['-version']).error;
const hasFfmpeg = isThere('ffmpeg') && isThere('ffprobe');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replicate-video-'));
});

/** Seven frames of one colour each, at 10 frames a second; 66×34 px. */
const colours = [40, 70, 100, 130, 160, 190, 220];
const size = { height: 34, width: 66 };
async function made(name: string): Promise<string> {
  const file = join(folder, name);
  const writer = await videoWriter(file, size, { rate: '10/1' });
  for (const value of colours) await writer.write(new Uint8Array(3 * 34 * 66).fill(value));
  await writer.finish();
  return file;
}

const has = hasFfmpeg ? 'ffmpeg is there' : 'left out: ffmpeg is not on the PATH';
(hasFfmpeg ? describe : describe.skip)(`videos (${has})`, () => {
  test('frames come back in order, at their rate, from a file that ffprobe takes for H.264 or MPEG-4', async () => {
    const file = await made('grey.mp4');
    const facts = await videoFacts(file);
    expect(facts).toEqual({ rate: '10/1', frames: 7 });
    const seen: number[] = [];
    for await (const { height, width, data } of videoFrames(file, facts)) {
      expect([height, width, data.length]).toEqual([34, 66, 3 * 34 * 66]);
      seen.push(data[3 * 34 * 33]);
    }
    // Within what 8-bit YCbCr of limited range and the compression of one colour leave.
    seen.forEach((value, i) => expect(Math.abs(value - colours[i])).toBeLessThanOrEqual(3));
    expect(seen).toHaveLength(7);
    expect(await readdir(folder)).toEqual(['grey.mp4']);
  });

  test('who stops early ends the reading too', async () => {
    const file = await made('stopped.mp4');
    const facts = await videoFacts(file);
    for await (const frame of videoFrames(file, facts)) {
      expect(frame.width).toBe(66);
      break;
    }
  });

  test('what is no video is one line that names it', async () => {
    const text = join(folder, 'notes.mp4');
    await writeFile(text, 'no video');
    await expect(videoFacts(text)).rejects.toThrow(
      /^--video .*notes\.mp4: ffmpeg cannot read it \(/,
    );
    await expect(videoFacts(join(folder, 'gone.mp4'))).rejects.toThrow(/gone\.mp4.*No such file/);
  });

  test('nothing stays of a video that was given up', async () => {
    const file = join(folder, 'given-up.mp4');
    const writer = await videoWriter(file, size, { rate: '10/1' });
    await writer.write(new Uint8Array(3 * 34 * 66));
    await writer.abort();
    expect((await readdir(folder)).filter((name) => name.startsWith('given-up'))).toEqual([]);
  });

  describe('predicted by a stored network', () => {
    let options: PredictVideoOptions;
    beforeAll(async () => {
      const { folder: run } = await tinyRun(await scratch(), 'run');
      const out = join(folder, 'out');
      const video = await made('street.mp4');
      options = { run, checkpoint: 'last', out, video, compile: { threads: 1 } };
    });

    test('are a video of as many frames, the photograph and three overlays in each', async () => {
      const told: unknown[] = [];
      const file = await predictVideo({ ...options, onFrame: (...of) => told.push(of) });
      expect(file).toBe(join(options.out, 'street.mp4'));
      expect(told).toEqual(colours.map((_, i) => [i + 1, 7]));
      const probed = execFileSync('ffprobe', [
        ...['-v', 'error', '-count_frames', '-select_streams', 'v:0', '-of', 'csv=p=0'],
        ...['-show_entries', 'stream=width,height,r_frame_rate,nb_read_frames', file],
      ]);
      const [width, height, rate, frames] = String(probed).trim().split(',');
      expect([width, rate, frames]).toEqual(['132', '10/1', '7']);
      // Two rows of pictures and what explains them.
      expect(Number(height)).toBeGreaterThan(2 * 34);
      expect(await readdir(options.out)).toEqual(['street.mp4']);
      await expect(predictVideo(options)).rejects.toThrow('street.mp4: there already');
    });

    test('are never written over what is read', async () => {
      await expect(predictVideo({ ...options, out: folder, force: true })).rejects.toThrow(
        'would be written over; give another folder by --out',
      );
    });
  });
});

test('without ffmpeg there is one line that says what to install', async () => {
  const { PATH } = process.env;
  const empty = join(folder, 'empty');
  await mkdir(empty);
  process.env['PATH'] = empty;
  try {
    await expect(videoFacts('street.mp4')).rejects.toThrow(
      /^--video needs ffmpeg, and ffprobe is not on the PATH; install it/,
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});

test('an ffmpeg that fails says why', async () => {
  const { PATH } = process.env;
  const fake = join(folder, 'fake');
  await mkdir(fake);
  await writeFile(
    join(fake, 'ffprobe'),
    '#!/bin/sh\necho first >&2; echo "the last line" >&2; exit 3\n',
  );
  await chmod(join(fake, 'ffprobe'), 0o755);
  process.env['PATH'] = `${fake}:${PATH}`;
  try {
    await expect(videoFacts('street.mp4')).rejects.toThrow(
      '--video street.mp4: ffmpeg cannot read it (the last line)',
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});
