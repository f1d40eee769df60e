import { pickIndex, type Draw } from '@scene-mtl/data';
import { MeshBuilder } from '../geometry/mesh.ts';
import type { Place } from '../geometry/shapes.ts';
import type { Colour, Material, Surface } from '../geometry/surface.ts';
import type { Footprint } from '../render/contact.ts';
import type { City } from './city.ts';
import type { Mix } from './composition.ts';
import type { Road } from './road.ts';

/** What a surface of the stage needs besides its material, label and colour. */
export interface SurfaceOptions {
  readonly thing?: number;
  readonly second?: Colour;
  readonly detail?: readonly number[];
  readonly centre?: readonly [number, number, number];
}

/** A scene while it is being built. */
export interface Stage {
  readonly mesh: MeshBuilder;
  readonly random: Draw;
  readonly city: City;
  readonly road: Road;
  /** How much there is of what. */
  readonly mix: Mix;
  /** Official instance value by index of thing. */
  readonly things: number[];
  readonly footprints: Footprint[];
  /** A new surface with its own texture seed. */
  surface(material: Material, label: number, colour: Colour, options?: SurfaceOptions): Surface;
  /** A new countable object of a label id; returns its index. */
  thing(label: number): number;
  /** A group of objects of a label id that cannot be told apart; returns its index. */
  group(label: number): number;
  /** Darkens the ground under a thing that stands at the place. */
  stand(place: Place, length: number, width: number, strength: number): void;
}

/** An empty stage. */
export function newStage(random: Draw, city: City, road: Road, mix: Mix): Stage {
  const things: number[] = [];
  const footprints: Footprint[] = [];
  const counts = new Map<number, number>();
  return {
    mesh: new MeshBuilder(),
    random,
    city,
    road,
    mix,
    things,
    footprints,
    surface: (material, label, colour, options = {}) => ({
      material,
      label,
      colour,
      thing: options.thing ?? -1,
      second: options.second ?? colour,
      detail: options.detail ?? [],
      seed: Math.floor(random() * 2 ** 30),
      ...(options.centre && { centre: options.centre }),
    }),
    thing(label) {
      const k = counts.get(label) ?? 0;
      counts.set(label, k + 1);
      return things.push(label * 1000 + k) - 1;
    },
    group: (label) => things.push(label) - 1,
    stand(place, length, width, strength) {
      const [x, y] = place(0, 0, 0);
      const [fx, fy] = place(1, 0, 0);
      footprints.push({ x, y, heading: Math.atan2(fy - y, fx - x), length, width, strength });
    },
  };
}

/** One of the items, evenly. */
export function pick<T>(random: Draw, items: readonly T[]): T {
  return items[pickIndex(random, items.length)];
}

/** Evenly between two limits. */
export function between(random: Draw, from: number, to: number): number {
  return from + (to - from) * random();
}
