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

/**
 * Light of the open sky that reaches the ground near things, 0–1: what makes them stand on it. The
 * share falls linearly from the edge of a thing to `FADE` outside.
 */
export function contactShade(things: readonly Footprint[]): (x: number, y: number) => number {
  const columns = Math.round((REACH.x1 - REACH.x0) / CELL);
  const rows = Math.round((REACH.y1 - REACH.y0) / CELL);
  const light = new Float32Array(columns * rows).fill(1);
  for (const thing of things) paint(thing);
  return (x, y) => {
    const u = (x - REACH.x0) / CELL - 0.5;
    const v = (y - REACH.y0) / CELL - 0.5;
    const i = Math.floor(u);
    const j = Math.floor(v);
    if (i < 0 || j < 0 || i + 1 >= columns || j + 1 >= rows) return 1;
    const at = j * columns + i;
    const near = light[at] + (light[at + 1] - light[at]) * (u - i);
    const far = light[at + columns] + (light[at + columns + 1] - light[at + columns]) * (u - i);
    return near + (far - near) * (v - j);
  };

  function paint({ x, y, heading, length, width, strength }: Footprint): void {
    const reach = Math.hypot(length, width) / 2 + FADE;
    const [c, s] = [Math.cos(heading), Math.sin(heading)];
    const i0 = Math.max(0, Math.floor((x - reach - REACH.x0) / CELL));
    const i1 = Math.min(columns - 1, Math.ceil((x + reach - REACH.x0) / CELL));
    const j0 = Math.max(0, Math.floor((y - reach - REACH.y0) / CELL));
    const j1 = Math.min(rows - 1, Math.ceil((y + reach - REACH.y0) / CELL));
    for (let j = j0; j <= j1; j++) {
      for (let i = i0; i <= i1; i++) {
        const dx = REACH.x0 + (i + 0.5) * CELL - x;
        const dy = REACH.y0 + (j + 0.5) * CELL - y;
        const along = Math.max(0, Math.abs(c * dx + s * dy) - length / 2);
        const across = Math.max(0, Math.abs(c * dy - s * dx) - width / 2);
        const dark = strength * Math.max(0, 1 - Math.hypot(along, across) / FADE);
        const at = j * columns + i;
        light[at] = Math.min(light[at], 1 - dark);
      }
    }
  }
}
