import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { streetSample } from '@scene-mtl/data/testing';
import { generateTree, readManifest, statistics, type Occlusion } from '../src/index.ts';
import { rasterise } from '../src/street/render/rasterise.ts';
import { viewOf } from '../src/street/render/camera.ts';
import { streetScene } from '../src/street/scene/street.ts';
import { planTree } from '../src/street/tree/plan.ts';
import { newFolder } from './support.ts';

const size = { height: 64, width: 128 };

/** What a frame shows at its pixels, without the photograph: objects (0: none) and 1 / Z. */
function seen(occlusion: Occlusion, frame: ReturnType<typeof planTree>[number]) {
  const scene = streetScene(frame.name, occlusion);
  const { mesh, things } = scene;
  const { drawn, triangleOf, inverseDepth } = rasterise(
    mesh,
    viewOf(scene.cameraAt(size), size),
    1,
  );
  const instance = Uint16Array.from(drawn, (id) => {
    const thing = id < 0 ? -1 : mesh.surfaces[mesh.surfaceOf[triangleOf[id]]].thing;
    return thing >= 0 && things[thing] >= 1000 ? things[thing] : 0;
  });
  return { instance, inverseDepth };
}

describe('scenes made for occlusion', () => {
  const plan = planTree(4, { train: 24, val: 0 });
  const frames = plan.map((frame) => ({
    id: frame.id,
    ordinary: seen('ordinary', frame),
    cut: seen('cut', frame),
  }));

  test('have at least half as many objects again in two or more pieces', () => {
    const share = (kind: Occlusion) => {
      const collector = statistics(19);
      for (const { id, [kind]: frame } of frames) {
        collector.add(streetSample({ id, ...size, instance: frame.instance }));
      }
      return collector.result().split;
    };
    expect(share('ordinary')).toBeLessThan(0.35);
    expect(share('cut')).toBeGreaterThan(1.5 * share('ordinary'));
  });

  test('are the same streets with something put in front', () => {
    let nearer = 0;
    for (const { ordinary, cut } of frames) {
      let farther = 0;
      cut.inverseDepth.forEach((w, i) => {
        if (w > ordinary.inverseDepth[i]) nearer++;
        else if (w < ordinary.inverseDepth[i]) farther++;
        // Where nothing was put, the same object shows.
        else if (cut.instance[i] !== ordinary.instance[i]) farther++;
      });
      expect(farther).toBe(0);
    }
    expect(nearer).toBeGreaterThan(1000);
  });

  test('say so in the manifest, and are another recipe than ordinary ones', async () => {
    const out = join(await newFolder(), 'cut');
    const recipe = { out, frames: { train: 1, val: 0 }, height: 16, width: 32, seed: 4 };
    await generateTree({ ...recipe, occlusion: 'cut' });
    expect((await readManifest(out))?.occlusion).toBe('cut');
    await expect(generateTree(recipe)).rejects.toThrow(/holds a tree of another recipe/);
  });
});
