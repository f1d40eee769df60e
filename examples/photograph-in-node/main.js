import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { classesOf, coloured } from './network.js';

/** Classes of a photograph as a PNG in their colours; gives their shares. */
export async function main(network, photograph, out) {
  const found = await classesOf(ort, new Uint8Array(await readFile(network)), (height, width) =>
    sharp(photograph)
      .rotate()
      .removeAlpha()
      .toColourspace('srgb')
      .resize(width, height, { fit: 'fill' })
      .raw()
      .toBuffer(),
  );
  const { map, height, width, classes } = found;
  await sharp(coloured(found), { raw: { width, height, channels: 3 } })
    .png()
    .toFile(out);
  const shares = classes.map((name, c) => [
    name,
    map.filter((one) => one === c).length / map.length,
  ]);
  return shares.filter(([, share]) => share > 0).sort(([, a], [, b]) => b - a);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [network, photograph, out = 'classes.png'] = process.argv.slice(2);
  if (photograph === undefined) {
    console.error('usage: node main.js NETWORK.onnx PHOTOGRAPH [OUT.png]');
    process.exit(2);
  }
  for (const [name, share] of await main(network, photograph, out)) {
    console.log(`${(100 * share).toFixed(1).padStart(5)} %  ${name}`);
  }
}
