import { addBush, addTree } from './plants.ts';
import {
  addBarrier,
  addBin,
  addBollard,
  addDirectionSign,
  addSign,
  addStreetLamp,
  addTrafficLight,
} from './furniture.ts';
import type { RoadSide } from './road.ts';
import { between, type Stage } from './stage.ts';

/** Trees, poles, signs, lights, fences, walls and hedges along both sides. */
export function addRoadside(stage: Stage): void {
  for (const side of [stage.road.left, stage.road.right]) {
    addPlots(stage, side);
    addKerbRow(stage, side);
    addTrees(stage, side);
    addJunctions(stage, side);
  }
}

/** What divides front gardens from the pavement. */
function addPlots(stage: Stage, side: RoadSide): void {
  const { road, random } = stage;
  const { dense, fence, wall, hedge } = stage.mix.plots;
  const { sign, walk, front } = side;
  const room = front - walk;
  const share = room > 1 ? 0.9 : dense;
  for (let s = 0; s < road.length * 0.8;) {
    const next = s + between(random, 8, 22);
    if (
      random() < share &&
      !road.crossed(s, sign, 1) &&
      !road.crossed(next, sign, 1) &&
      !road.crossed((s + next) / 2, sign, 4)
    ) {
      const t = sign * (walk + 0.25);
      const kind = random();
      if (kind < fence) addBarrier(stage, 'fence', s, next - 1, t);
      else if (kind < wall) addBarrier(stage, 'wall', s, next - 1, t);
      else if (kind < hedge && room > 1) {
        const height = between(random, 0.8, 2);
        for (let x = s; x < next - 1; x += 1.6) {
          addBush(stage, road.place(x, t + sign * 0.5), [2.4, 1.2, height]);
        }
      }
    }
    if (room > 3 && random() < 0.6) {
      const t = sign * between(random, walk + 1.5, front - 0.5);
      if (!road.crossed(s, sign, 2))
        addBush(stage, road.place(s, t), [2.5, 2, between(random, 0.8, 2.5)]);
    }
    s = next;
  }
}

/** Lamps, signs, bollards and bins at the kerb. */
function addKerbRow(stage: Stage, side: RoadSide): void {
  const { road, random, mix } = stage;
  const { sign, kerb } = side;
  const t = sign * (kerb + 0.45);
  const lampStep = mix.poleSpacing * between(random, 22, 34);
  for (let s = between(random, 4, 24); s < road.length * 0.8; s += lampStep) {
    if (!road.crossed(s, sign, 1)) addStreetLamp(stage, road.place(s, t), -sign);
  }
  for (
    let s = between(random, 4, 20);
    s < road.length * 0.7;
    s += mix.poleSpacing * between(random, 12, 46)
  ) {
    if (road.crossed(s, sign, 1)) continue;
    if (random() < 0.035) addDirectionSign(stage, road.place(s, sign * (kerb + 1.2)));
    else addSign(stage, road.place(s, t));
  }
  if (random() < 0.3) {
    const from = between(random, 2, 30);
    for (let s = from; s < from + 24; s += 2) {
      if (!road.crossed(s, sign, 1)) addBollard(stage, road.place(s, sign * (kerb + 0.3)));
    }
  }
  for (let s = between(random, 5, 40); s < 90; s += between(random, 30, 80)) {
    if (!road.crossed(s, sign, 1)) addBin(stage, road.place(s, sign * (kerb + 0.7)));
  }
}

function addTrees(stage: Stage, side: RoadSide): void {
  const { road, random, city, mix } = stage;
  const { sign, kerb, walk, front, parking } = side;
  const row = random() < mix.trees * city.trees;
  const step = between(random, 7, 15);
  const size = between(random, 7, 15);
  if (row) {
    const t = sign * (parking && random() < 0.5 ? kerb - 0.5 : kerb + 0.9);
    for (
      let s = between(random, 3, 16);
      s < road.length * 0.9;
      s += step * between(random, 0.8, 1.3)
    ) {
      if (road.crossed(s, sign, 2) || random() < 0.12) continue;
      addTree(stage, road.place(s, t), size * between(random, 0.75, 1.2), s);
    }
  }
  // Gardens, and the green behind and between the houses.
  const room = front - walk;
  for (let s = 2; s < road.length; s += between(random, 6, 18)) {
    if (room > 3 && random() < 0.55 * mix.trees && !road.crossed(s, sign, 3)) {
      const t = sign * between(random, walk + 1.5, front);
      addTree(stage, road.place(s, t), between(random, 4, 10), s);
    }
    if (random() < mix.trees * (road.kind === 'centre' ? 0.15 : 0.7)) {
      const t = sign * (front + between(random, 14, 30));
      addTree(stage, road.place(s, t), between(random, 9, 19), Math.max(50, s));
    }
  }
}

function addJunctions(stage: Stage, side: RoadSide): void {
  const { road, random } = stage;
  const { sign, kerb } = side;
  for (const c of road.crossings) {
    if (c.from > 120 || random() > 0.55) continue;
    const before = road.place(c.from - 1.5, sign * (kerb + 0.5));
    addTrafficLight(stage, before, -sign, sign < 0);
    if (random() < 0.6) {
      addTrafficLight(stage, road.place(c.to + 1.5, sign * (kerb + 0.5)), -sign, sign < 0);
    }
  }
}
