import { streetScene } from './src/street/scene/street.ts';
import { renderFrame } from './src/street/render/frame.ts';
import { TRAIN_CITIES } from './src/street/scene/city.ts';
import { trainLabels } from './src/cityscapes/labels.ts';
import { statistics } from './src/statistics.ts';
import { cityscapesStatistics as P } from './src/cityscapes/published.ts';
import { objects, trainIds } from './src/cityscapes/annotations.ts';
const n = +process.argv[2],
  w = +process.argv[3];
const st = statistics(19);
for (let i = 0; i < n; i++) {
  const f = renderFrame(streetScene({ seed: 3, city: TRAIN_CITIES[i % 12], index: i }), {
    width: w,
    height: w / 2,
  });
  st.add({
    id: '',
    height: w / 2,
    width: w,
    image: f.image,
    semantic: trainIds(f.labelIds, w, ''),
    instance: objects(f.instanceIds, w, ''),
    disparity: f.disparity,
    disparityValid: f.disparityValid,
  });
}
const r = st.result();
trainLabels.forEach((l, k) =>
  console.log(
    l.name.padEnd(14),
    (100 * r.shares[k]).toFixed(2).padStart(7),
    (100 * P[k].share).toFixed(2).padStart(7),
    r.objects[k].toFixed(2).padStart(7),
    String(P[k].objects ?? '').padStart(6),
    (r.meanSize[k] || 0).toFixed(0).padStart(7),
    String(P[k].meanSize ?? '').padStart(7),
  ),
);
console.log(
  'void',
  r.void,
  'sizes',
  r.sizePercentiles,
  'split',
  r.split,
  'disp',
  r.disparity,
  'valid',
  r.valid,
);
