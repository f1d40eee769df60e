import { streetScene } from './src/street/scene/street.ts';
import { TRAIN_CITIES } from './src/street/scene/city.ts';
import { viewOf } from './src/street/render/camera.ts';
import { rasterise } from './src/street/render/rasterise.ts';
import { shade } from './src/street/render/shade.ts';
import { shadowMap } from './src/street/render/shadow.ts';
import { contactShade } from './src/street/render/contact.ts';
import { develop } from './src/street/render/lens.ts';
import { paintBonnet } from './src/street/render/bonnet.ts';
import { randomStream } from './src/random.ts';
const [w, n] = [+process.argv[2], +process.argv[3]];
const size = { width: w, height: w / 2 };
const T: Record<string, number> = {};
let warm = true;
const tm = <X>(k: string, f: () => X) => {
  const c0 = process.cpuUsage();
  const r = f();
  const c = process.cpuUsage(c0);
  if (!warm) T[k] = (T[k] ?? 0) + (c.user + c.system) / 1000 / n;
  return r;
};
for (let i = 0; i < 2 * n; i++) {
  warm = i < n;
  const s = streetScene({ seed: 1, city: TRAIN_CITIES[i % 12], index: i });
  const view = viewOf(s.cameraAt(size), size);
  const v = tm('raster', () => rasterise(s.mesh, view, 3));
  const sm = tm('shadow', () =>
    shadowMap(s.mesh, s.weather, Math.max(0.08, Math.min(0.2, 25.6 / w))),
  );
  const ct = tm('contact', () => contactShade(s.footprints));
  const l = tm('shade', () =>
    shade(v, s.mesh, view, { weather: s.weather, sunlight: sm, contact: ct }),
  );
  tm('bonnet', () => paintBonnet(l, size, s.bonnet, s.weather));
  tm('develop', () => develop(l, size, s.lens, randomStream('a', 1)));
}
console.log(T);
