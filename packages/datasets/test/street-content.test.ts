import { describe, expect, test } from '@jest/globals';
import { evaluatedLabels, trainIdOf } from '@scene-mtl/data/cityscapes';
import { renderFrame } from '../src/street/render/frame.ts';
import { bonnetCovers, paintBonnet } from '../src/street/render/bonnet.ts';
import { viewOf } from '../src/street/render/camera.ts';
import { rasterise } from '../src/street/render/rasterise.ts';
import { cityStyle, TRAIN_CITIES, VAL_CITIES } from '../src/street/scene/city.ts';
import { streetScene } from '../src/street/scene/street.ts';
import { planTree } from '../src/street/tree/plan.ts';

const size = { height: 64, width: 128 };

/** Label and instance ids at each pixel, without the photograph and the bonnet. */
function seen(frame: ReturnType<typeof planTree>[number]) {
  const scene = streetScene(frame.name);
  const { mesh, things } = scene;
  const { drawn, triangleOf } = rasterise(mesh, viewOf(scene.cameraAt(size), size), 1);
  return Array.from(drawn, (id) => {
    if (id < 0) return { label: 23, value: 23 };
    const { label, thing } = mesh.surfaces[mesh.surfaceOf[triangleOf[id]]];
    return { label, value: thing < 0 ? label : things[thing] };
  });
}

describe('what 48 frames show', () => {
  const frames = planTree(4, { train: 48, val: 0 }).map(seen);
  const pixels = frames.flat();

  test('all 19 classes, groups that are no objects, and classes that are not evaluated', () => {
    const labels = new Set(pixels.map(({ label }) => label));
    expect(evaluatedLabels.filter(({ id }) => !labels.has(id))).toEqual([]);
    expect([...labels].some((id) => trainIdOf[id] === 255)).toBe(true);
    const groups = new Set(
      pixels.filter(({ label, value }) => label >= 24 && value === label).map(({ label }) => label),
    );
    expect([...groups]).toContain(24);
  });

  test('sizes of objects are heavy-tailed: the mean is over three times the median', () => {
    const sizes = frames.flatMap((frame) => {
      const counts = new Map<number, number>();
      for (const { value } of frame) {
        if (value >= 1000) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return [...counts.values()];
    });
    sizes.sort((a, b) => a - b);
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
    // A log-normal size of deviation s has mean / median = exp(s² / 2): over 3 for s > 1.48.
    expect(mean / sizes[Math.floor(sizes.length / 2)]).toBeGreaterThan(3);
  });

  test('no two frames are the same street', () => {
    const texts = frames.map((frame) => frame.map(({ value }) => value).join(' '));
    expect(new Set(texts).size).toBe(48);
  });
});

describe('cities', () => {
  test('are styles of their own; those of validation are none of training', () => {
    const names = [...TRAIN_CITIES, ...VAL_CITIES];
    expect(new Set(names).size).toBe(15);
    const styles = names.map((name) => JSON.stringify({ ...cityStyle(name, 1), name: '' }));
    expect(new Set(styles).size).toBe(15);
  });
});

describe('the own bonnet', () => {
  test('is ego vehicle: void, of no known disparity, at the bottom of every frame', () => {
    const [frame] = planTree(9, { train: 1, val: 0 });
    const { labelIds, instanceIds, disparityValid } = renderFrame(streetScene(frame.name), size);
    expect(trainIdOf[1]).toBe(255);
    const ego = Array.from(labelIds.keys()).filter((i) => labelIds[i] === 1);
    // 8 to 14 % of the height in the middle, less at the sides.
    expect(ego.length / labelIds.length).toBeGreaterThan(0.04);
    expect(ego.length / labelIds.length).toBeLessThan(0.15);
    expect(labelIds[63 * 128 + 64]).toBe(1);
    for (const i of ego) {
      expect([instanceIds[i], disparityValid[i]]).toEqual([1, 0]);
      // Nothing of the street lies below it.
      if (i + 128 < labelIds.length) expect(labelIds[i + 128]).toBe(1);
    }
  });

  test('shows nothing of what is behind it where it covers a pixel wholly', () => {
    const [frame] = planTree(9, { train: 1, val: 0 });
    const { bonnet, weather } = streetScene(frame.name);
    const light = (level: number) => {
      const result = new Float32Array(size.height * size.width * 3).fill(level);
      return { result, mask: paintBonnet(result, size, bonnet, weather) };
    };
    const [night, day] = [light(0), light(3)];
    const covered = bonnetCovers(bonnet, size);
    const differs = Array.from(covered, (_, i) =>
      Number(night.result[3 * i] !== day.result[3 * i]),
    );
    // All but the blended pixels of its edge, one or two in a column.
    expect(covered.map((c) => 1 - c)).toEqual(Uint8Array.from(differs));
    const masked = night.mask.reduce((a, b) => a + b, 0);
    const whole = covered.reduce((a, b) => a + b, 0);
    expect(whole).toBeLessThanOrEqual(masked);
    expect(whole).toBeGreaterThanOrEqual(masked - 2 * size.width);
  });
});
