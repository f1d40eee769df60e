import { normal, randomStream, type Size } from '@scene-mtl/data';
import { rigAt } from '../render/camera.ts';
import { drawLens } from '../render/lens.ts';
import { drawWeather } from '../render/weather.ts';
import { addBuildings } from './buildings.ts';
import { cityStyle } from './city.ts';
import { mixes, type Composition } from './composition.ts';
import { addGround } from './ground.ts';
import { drawRoad, type StreetKind } from './road.ts';
import { addOccluders, type Occlusion } from './occluders.ts';
import { addRoadside } from './roadside.ts';
import type { Scene } from './scene.ts';
import { newStage, pick } from './stage.ts';
import { addTraffic } from './traffic.ts';

/** Names a frame: the tree's seed, its city and its number there. */
export interface FrameName {
  readonly seed: number;
  readonly city: string;
  readonly index: number;
}

/**
 * Builds the scene of a frame from its name; each frame is a street of its own.
 * @param occlusion 'cut' is the same street with things put in front of its objects on purpose
 * @param composition how much there is of what, and how it is recorded
 */
export function streetScene(
  { seed, city: name, index }: FrameName,
  occlusion: Occlusion = 'ordinary',
  composition: Composition = 'ordinary',
): Scene {
  const mix = mixes[composition];
  const city = cityStyle(name, seed);
  const key = `${seed}/${name}/${index}`;
  const stream = (purpose: string) => randomStream(purpose, key);
  const layout = stream('road');
  const kind = weighted(layout(), city.kinds);
  const road = drawRoad(layout, kind, layout() < city.rails, mix.pavement);
  const stage = newStage(stream('stage'), city, road, mix);
  addGround(stage);
  addBuildings(stage);
  const before = stage.footprints.length;
  addTraffic(stage);
  const objects = stage.footprints.slice(before);
  addRoadside(stage);
  if (occlusion === 'cut') addOccluders({ ...stage, random: stream('occluders') }, objects);
  const pose = stream('camera');
  const base = pick(stream('rig'), mix.rigs);
  const rig = {
    ...base,
    pitch: base.pitch + 0.006 * normal(pose),
    yaw: base.yaw + 0.02 * normal(pose),
    roll: 0.005 * normal(pose),
    z: base.z + 0.03 * normal(pose),
  };
  return {
    mesh: stage.mesh.mesh(),
    things: stage.things,
    footprints: stage.footprints,
    weather: drawWeather(stream('weather'), city.haze),
    lens: drawLens(stream('lens')),
    bonnet: { ...city.bonnet, top: city.bonnet.top + mix.bonnetLower },
    leastRegion: mix.leastRegion,
    matcher: mix.matcher,
    seed: key,
    cameraAt: (size: Size) => rigAt(size, rig),
  };
}

function weighted(draw: number, kinds: readonly (readonly [StreetKind, number])[]): StreetKind {
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  let left = draw * total;
  for (const [kind, weight] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  return kinds[kinds.length - 1][0];
}
