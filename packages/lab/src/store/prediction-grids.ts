import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureGrid } from '@scene-mtl/eval';

/** The pictures that a run kept of some validation frames: photograph, truth and predictions. */
export async function predictionGrids(folder: string): Promise<FigureGrid[]> {
  const place = join(folder, 'predictions');
  const frames = (await namesIn(place)).sort();
  return Promise.all(
    frames.map(async (frame) => ({
      title: frame,
      tiles: await tiles(join(place, frame), frame),
    })),
  );
}

async function tiles(place: string, frame: string): Promise<FigureGrid['tiles']> {
  const files = (await namesIn(place)).filter((file) => file.endsWith('.png')).sort();
  return Promise.all(
    files.map(async (file) => {
      const name = file.replace(/^\d+-|\.png$/g, '').replaceAll('-', ' ');
      return { name, alt: `${name} of frame ${frame}`, png: await readFile(join(place, file)) };
    }),
  );
}

const namesIn = (place: string): Promise<string[]> =>
  readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
