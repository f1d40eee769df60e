import { readBaselineFx } from '@scene-mtl/data/camera-file';
import { instanceDistances } from '../cityscapes/instance-distances.ts';
import { readDisparity } from './disparity-files.ts';
import { byFrame } from './files.ts';
import type { DistanceLookup } from './score-instance.ts';
import { filesBelow } from './walk.ts';

/**
 * Distances of ground-truth objects from the stereo files of a data set, for AP100m and AP50m:
 * `*_disparity.png` and `*_camera.json` of each frame anywhere below the folder. See
 * `instanceDistances` for what is known of the official ones.
 *
 * @throws Error when no such file is there; the lookup throws for a frame that lacks one
 */
export async function stereoDistances(folder: string): Promise<DistanceLookup> {
  const { files } = await filesBelow(folder);
  const disparities = byFrame(files, '_disparity.png');
  const cameras = byFrame(files, '_camera.json');
  if (disparities.size === 0) {
    throw new Error(`${folder}: no file *_disparity.png below it; give the root of the data set`);
  }
  return async (frame, instances) => {
    const [disparityFile, cameraFile] = [disparities.get(frame), cameras.get(frame)];
    if (!disparityFile || !cameraFile) {
      const missing = disparityFile ? `${frame}_camera.json` : `${frame}_disparity.png`;
      throw new Error(`${folder}: ${missing} is missing; AP100m and AP50m need it for every frame`);
    }
    const stereo = await readDisparity(disparityFile);
    const { disparity, valid } = stereo;
    if (disparity.length !== instances.length) {
      throw new Error(`${disparityFile}: has not the size of the instance image of ${frame}`);
    }
    return instanceDistances(instances, disparity, valid, await readBaselineFx(cameraFile, stereo));
  };
}
