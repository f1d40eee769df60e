/** A thing that darkens the ground beneath it: a turned rectangle, metres. */
export interface Footprint {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly length: number;
  readonly width: number;
  /** How dark it is beneath, 0–1. */
  readonly strength: number;
}

const REACH = { x0: -6, x1: 90, y0: -24, y1: 24 };
const CELL = 0.2;
/** Distance over which the darkness fades, metres. */
const FADE = 0.7;

const COLUMNS = Math.round((REACH.x1 - REACH.x0) / CELL);
const ROWS = Math.round((REACH.y1 - REACH.y0) / CELL);

/** Light of the open sky per cell of the ground, `[ROWS, COLUMNS]`, 0–1. */
export type ContactMap = Float32Array;

/**
 * Light of the open sky that reaches the ground near things: what makes them stand on it. The share
 * falls linearly from the edge of a thing to `FADE` outside.
 */
export function contactMap(things: readonly Footprint[]): ContactMap {
  const map = new Float32Array(COLUMNS * ROWS).fill(1);
  for (const thing of things) darken(map, thing);
  return map;
}

/** Light of the open sky at a place of the ground, 0–1. */
export function contactAt(map: ContactMap, x: number, y: number): number {
  const u = (x - REACH.x0) / CELL - 0.5;
  const v = (y - REACH.y0) / CELL - 0.5;
  const i = Math.floor(u);
  const j = Math.floor(v);
  if (i < 0 || j < 0 || i + 1 >= COLUMNS || j + 1 >= ROWS) return 1;
  const at = j * COLUMNS + i;
  const near = map[at] + (map[at + 1] - map[at]) * (u - i);
  const far = map[at + COLUMNS] + (map[at + COLUMNS + 1] - map[at + COLUMNS]) * (u - i);
  return near + (far - near) * (v - j);
}

function darken(map: ContactMap, { x, y, heading, length, width, strength }: Footprint): void {
  const reach = Math.hypot(length, width) / 2 + FADE;
  const c = Math.cos(heading);
  const s = Math.sin(heading);
  const i0 = Math.max(0, Math.floor((x - reach - REACH.x0) / CELL));
  const i1 = Math.min(COLUMNS - 1, Math.ceil((x + reach - REACH.x0) / CELL));
  const j0 = Math.max(0, Math.floor((y - reach - REACH.y0) / CELL));
  const j1 = Math.min(ROWS - 1, Math.ceil((y + reach - REACH.y0) / CELL));
  for (let j = j0; j <= j1; j++) {
    for (let i = i0; i <= i1; i++) {
      const dx = REACH.x0 + (i + 0.5) * CELL - x;
      const dy = REACH.y0 + (j + 0.5) * CELL - y;
      const along = Math.max(0, Math.abs(c * dx + s * dy) - length / 2);
      const across = Math.max(0, Math.abs(c * dy - s * dx) - width / 2);
      const away = Math.sqrt(along * along + across * across);
      const dark = strength * Math.max(0, 1 - away / FADE);
      const at = j * COLUMNS + i;
      map[at] = Math.min(map[at], 1 - dark);
    }
  }
}
