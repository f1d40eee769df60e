/* global ort, document, createImageBitmap, ImageData, OffscreenCanvas */
import { classesOf, coloured } from '../photograph-in-node/network.js';

const [network, photograph, status, canvas] = ['network', 'photograph', 'status', 'classes'].map(
  (id) => document.getElementById(id),
);

/** RGB of a picture at a size. */
const pixelsOf = (picture) => (height, width) => {
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from(
    { length: 3 * height * width },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)],
  );
};

async function show() {
  if (!network.files[0] || !photograph.files[0]) return;
  status.textContent = 'looking …';
  try {
    const file = new Uint8Array(await network.files[0].arrayBuffer());
    const picture = await createImageBitmap(photograph.files[0]);
    const found = await classesOf(ort, file, pixelsOf(picture));
    const [rgb, { map, height, width, classes }] = [coloured(found), found];
    const rgba = Uint8ClampedArray.from({ length: 4 * map.length }, (_, i) =>
      i % 4 === 3 ? 255 : rgb[3 * Math.floor(i / 4) + (i % 4)],
    );
    Object.assign(canvas, { width, height });
    canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
    status.textContent = [...new Set(map)].map((one) => classes[one]).join(', ');
  } catch (error) {
    status.textContent = String(error);
  }
}
network.addEventListener('change', show);
photograph.addEventListener('change', show);
