import { labelNamed } from '@scene-mtl/data/cityscapes';
import type { Place } from '../geometry/shapes.ts';
import { addCar } from './cars.ts';
import { addBicycle, addMotorcycle } from './cycles.ts';
import { KERB_HEIGHT } from './ground.ts';
import { addBus, addTrailer, addTram, addTruck } from './large-vehicles.ts';
import { addPerson } from './people.ts';
import type { RoadSide } from './road.ts';
import { between, pick, type Stage } from './stage.ts';

const PERSON = labelNamed('person').id;
const BICYCLE = labelNamed('bicycle').id;
const CAR = labelNamed('car').id;
const REACH = 150;
/** Beyond this, cars in a row cannot be told apart, metres. */
const BLURRED = 100;

/** Cars in the lanes and parked, large vehicles, two-wheelers, people. */
export function addTraffic(stage: Stage): void {
  const { road } = stage;
  addLanes(stage, road.right, 1);
  addLanes(stage, road.left, -1);
  for (const side of [road.left, road.right]) {
    addParked(stage, side);
    addPedestrians(stage, side);
    addStands(stage, side);
    addCyclist(stage, side);
  }
  addCrossing(stage);
}

/** Moving traffic of one side; direction +1 drives away from the camera. */
function addLanes(stage: Stage, side: RoadSide, direction: 1 | -1): void {
  const { road, random } = stage;
  const heading = direction > 0 ? 0 : Math.PI;
  const busy = between(random, 0.25, 1);
  for (let lane = 0; lane < side.lanes; lane++) {
    const t = side.sign * (lane + 0.5) * road.lane;
    const own = direction > 0 && Math.abs(t - road.ownLane) < road.lane * 0.6;
    const tram = road.rails && lane === 0;
    let s = own ? between(random, 10, 45) : between(random, 5, 40);
    while (s < REACH) {
      if (random() < busy * 0.75) {
        const wobble = t + between(random, -0.25, 0.25);
        s += addVehicle(stage, road.place(s + 2.5, wobble, heading), s, wobble, heading, tram);
      }
      s += between(random, 4, 30 / busy);
    }
  }
}

function addVehicle(
  stage: Stage,
  place: Place,
  s: number,
  t: number,
  heading: number,
  tram: boolean,
): number {
  const { random, road, mix } = stage;
  const kind = random();
  const further = (distance: number) => road.place(s + distance, t, heading);
  if (tram && kind < mix.trams.share && s > 8 && s < mix.trams.reach) {
    addTram(stage, further(15));
    return 30;
  }
  if (kind < 0.035 && s > 6) return addTruck(stage, further(6)) + 2;
  if (kind < 0.06 && s > 6) return addBus(stage, further(7)) + 2;
  if (kind < 0.095) {
    addMotorcycle(stage, place, s, { ridden: true });
    return 3;
  }
  if (kind < 0.145) {
    const aside = road.place(s, t + (t > 0 ? 1 : -1) * road.lane * 0.3, heading);
    addBicycle(stage, aside, s, { ridden: true });
    return 3;
  }
  addCar(stage, place);
  return 5;
}

function addParked(stage: Stage, side: RoadSide): void {
  const { road, random, city, mix } = stage;
  if (!side.parking) return;
  const t = side.sign * (side.edge + 1.05);
  const full = mix.parked * city.parked * between(random, 0.4, 1.15);
  const group = stage.group(CAR);
  for (let s = between(random, 5, 22); s < 150; s += between(random, 5.2, 6.3)) {
    if (road.crossed(s, side.sign, 4) || random() > full) continue;
    const turn = (side.sign < 0 || random() < 0.15 ? 0 : Math.PI) + between(random, -0.04, 0.04);
    const place = road.place(s, t + between(random, -0.12, 0.12), turn);
    const other = random();
    if (other < 0.015) addTrailer(stage, place);
    else if (other < 0.04) addMotorcycle(stage, place, s, { ridden: false });
    else addCar(stage, place, s > BLURRED ? { group } : {});
  }
}

function addPedestrians(stage: Stage, side: RoadSide): void {
  const { road, random, city } = stage;
  const { crowd, reach, groups } = stage.mix.people;
  const count = Math.floor(crowd * city.people * between(random, 0.2, 1.6) + random());
  for (let k = 0; k < count; k++) {
    // More people far away than near: the pavement widens with distance in sight, not in metres.
    const s = 3 + reach * random() ** 1.7;
    const inner = side.kerb + side.verge;
    const t = side.sign * between(random, inner + 0.5, Math.max(inner + 1, side.walk - 0.3));
    const party = random() < 0.3 ? 2 : 1;
    for (let m = 0; m < party; m++) {
      const place = raised(road.place(s + 0.3 * m, t + 0.6 * m, between(random, 0, 7)));
      addPerson(stage, place, s);
    }
  }
  if (random() < groups) {
    const s = between(random, 35, 110);
    const group = stage.group(PERSON);
    for (let k = 0; k < 9; k++) {
      const t = side.sign * between(random, side.kerb + side.verge + 0.3, side.walk);
      addPerson(stage, raised(road.place(s + between(random, 0, 4), t, between(random, 0, 7))), s, {
        group,
      });
    }
  }
}

/** Parked bicycles, single or as a group, and now and then a motorcycle. */
function addStands(stage: Stage, side: RoadSide): void {
  const { road, random } = stage;
  const { groups, reach } = stage.mix.stands;
  const spots = Math.floor(between(random, 0, 4.4));
  for (let k = 0; k < spots; k++) {
    const s = between(random, 5, reach);
    if (road.crossed(s, side.sign, 3)) continue;
    const t = side.sign * pick(random, [side.kerb + 0.6, side.walk - 0.5]);
    const lean = between(random, -0.3, 0.3);
    if (random() < 0.15) {
      addMotorcycle(stage, raised(road.place(s, t, lean)), s, { ridden: false });
    } else if (random() < groups) {
      const group = stage.group(BICYCLE);
      for (let m = 0; m < 6; m++) {
        addBicycle(stage, raised(road.place(s + 0.5 * m, t, 1.4 + lean)), s, {
          ridden: false,
          group,
        });
      }
    } else {
      addBicycle(stage, raised(road.place(s, t, lean)), s, { ridden: false });
    }
  }
}

/** Now and then someone on a bicycle nearby, at the edge of the lanes. */
function addCyclist(stage: Stage, side: RoadSide): void {
  const { road, random, mix } = stage;
  if (random() > mix.cyclists) return;
  const s = between(random, 7, 32);
  const t = side.sign * (side.edge - between(random, 0.5, 1));
  addBicycle(stage, road.place(s, t, side.sign < 0 ? 0 : Math.PI), s, { ridden: true });
}

/** People and cars that cross the road at a side street. */
function addCrossing(stage: Stage): void {
  const { road, random } = stage;
  for (const c of road.crossings) {
    if (c.from < 12 || c.from > 80) continue;
    for (let k = 0; k < 3; k++) {
      if (random() > 0.3) continue;
      const t = between(random, -road.right.kerb, road.left.kerb);
      addPerson(stage, road.place(c.from - between(random, 1.2, 4), t, Math.PI / 2), c.from);
    }
    if (random() < 0.3) {
      const t = between(random, road.left.kerb + 3, road.left.kerb + 14);
      if (c.left) addCar(stage, road.place((c.from + c.to) / 2 + 1.6, t, -Math.PI / 2));
    }
  }
}

const raised =
  (place: Place): Place =>
  (x, y, z) =>
    place(x, y, z + KERB_HEIGHT);
