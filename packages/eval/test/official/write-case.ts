import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { evaluatedLabels } from '@scene-mtl/data/cityscapes';
import { HEIGHT, WIDTH, type CaseImage } from './random-case.ts';

/** Folders of a case in the official formats. */
export interface CaseFolders {
  readonly gt: string;
  readonly pixel: string;
  readonly instance: string;
  readonly panopticGt: string;
  readonly panopticPred: string;
  /** `<file name>:<value>` → [medDist, distConf]. */
  readonly distances: Record<string, [number, number]>;
}

/** Writes the images of a case below `root` as ground truth and submissions. */
export function writeCase(root: string, images: readonly CaseImage[]): CaseFolders {
  const gt = join(root, 'gtFine', 'val', 'random');
  const pixel = join(root, 'pixel');
  const instance = join(root, 'instance');
  const panopticGt = join(root, 'panoptic_gt');
  const panopticPred = join(root, 'panoptic_pred');
  const name = 'cityscapes_panoptic_val';
  for (const folder of [
    gt,
    pixel,
    join(instance, 'masks'),
    join(panopticGt, name),
    join(panopticPred, name),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  const distances: Record<string, [number, number]> = {};
  const truthAnnotations: unknown[] = [];
  const predAnnotations: unknown[] = [];
  images.forEach((image, k) => {
    const frame = `random_${String(k).padStart(6, '0')}_000019`;
    write(join(gt, `${frame}_gtFine_labelIds.png`), image.labels);
    write(join(gt, `${frame}_gtFine_instanceIds.png`), image.instances);
    write(join(pixel, `${frame}.png`), image.pixelPrediction);
    const lines = image.instancePredictions.map(({ labelId, confidence, mask }, i) => {
      write(join(instance, 'masks', `${frame}_${i}.png`), mask);
      const score = Number.isFinite(confidence) ? confidence : confidence > 0 ? 'inf' : '-inf';
      return `masks/${frame}_${i}.png ${labelId} ${score}\n`;
    });
    writeFileSync(join(instance, `${frame}.txt`), lines.join(''));
    for (const [value, { medDist, distConf }] of image.distances) {
      distances[`${frame}_gtFine_instanceIds.png:${value}`] = [medDist, distConf];
    }
    writeIds(join(panopticGt, name, `${frame}.png`), image.panopticTruthIds);
    writeIds(join(panopticPred, name, `${frame}.png`), image.panopticPredictionIds);
    truthAnnotations.push({
      image_id: frame,
      file_name: `${frame}.png`,
      segments_info: image.panopticTruth.map((s) => ({
        id: s.id,
        category_id: s.categoryId,
        area: s.area,
        iscrowd: Number(s.isCrowd),
      })),
    });
    predAnnotations.push({
      image_id: frame,
      file_name: `${frame}.png`,
      segments_info: image.panopticPrediction.map((s) => ({ id: s.id, category_id: s.categoryId })),
    });
  });
  const categories = evaluatedLabels.map((l) => ({
    id: l.id,
    name: l.name,
    isthing: Number(l.hasInstances),
  }));
  const json = (value: unknown) => JSON.stringify(value);
  writeFileSync(
    join(panopticGt, `${name}.json`),
    json({ annotations: truthAnnotations, categories }),
  );
  writeFileSync(join(panopticPred, `${name}.json`), json({ annotations: predAnnotations }));
  return { gt: join(root, 'gtFine'), pixel, instance, panopticGt, panopticPred, distances };
}

function write(file: string, data: Uint8Array | Uint16Array): void {
  const depth = data instanceof Uint16Array ? 16 : 8;
  writeFileSync(file, encode({ width: WIDTH, height: HEIGHT, channels: 1, depth, data }));
}

function writeIds(file: string, ids: Uint32Array): void {
  const data = new Uint8Array(3 * ids.length);
  ids.forEach((id, i) => data.set([id & 255, (id >> 8) & 255, id >> 16], 3 * i));
  writeFileSync(file, encode({ width: WIDTH, height: HEIGHT, channels: 3, depth: 8, data }));
}
