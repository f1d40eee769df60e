/** A steep down area that is still open, with the highest reachability seen since its end. */
interface SteepDown {
  readonly start: number;
  readonly end: number;
  maximumInBetween: number;
}

/** A ξ-steep up area with the steep down areas that it may close, oldest first. */
export interface SteepUp {
  readonly up: { readonly start: number; readonly end: number };
  readonly downs: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Pairs of steep down and steep up areas of a reachability plot which fulfil the condition on the
 * maximum in between (Ankerst et al. 1999, figure 19, line (**)), in the order of the plot.
 * @param plot reachability in cluster order with Infinity appended, `[n + 1]`
 * @param xi steepness, 0 < ξ < 1
 * @param minPts longest run of flat points inside a steep area
 */
export function steepAreas(plot: Float64Array, xi: number, minPts: number): SteepUp[] {
  const n = plot.length - 1;
  const keep = 1 - xi;
  // ∞ / ∞ and 0 / 0 are NaN and so neither up nor down.
  const ratio = new Float64Array(n);
  for (let i = 0; i < n; i++) ratio[i] = plot[i] / plot[i + 1];
  const isSteepUp = (i: number) => ratio[i] <= keep;
  const isSteepDown = (i: number) => ratio[i] >= 1 / keep;
  const isDown = (i: number) => ratio[i] > 1;
  const isUp = (i: number) => ratio[i] < 1;

  const found: SteepUp[] = [];
  let open: SteepDown[] = [];
  let index = 0;
  let maximumInBetween = 0;
  for (let steep = 0; steep < n; steep++) {
    if (steep < index || (!isSteepUp(steep) && !isSteepDown(steep))) continue;
    for (let i = index; i <= steep; i++) maximumInBetween = Math.max(maximumInBetween, plot[i]);
    open = stillOpen(open, plot, keep, maximumInBetween);
    if (isSteepDown(steep)) {
      const end = extend(steep, n, isSteepDown, isUp, minPts);
      open.push({ start: steep, end, maximumInBetween: 0 });
      index = end + 1;
    } else {
      const end = extend(steep, n, isSteepUp, isDown, minPts);
      const downs = open.filter((down) => plot[end + 1] * keep >= down.maximumInBetween);
      found.push({
        up: { start: steep, end },
        downs: downs.map((down) => ({ start: down.start, end: down.end })),
      });
      index = end + 1;
    }
    maximumInBetween = plot[index];
  }
  return found;
}

/** Drops the down areas that have been overtopped since, and notes the maximum for the others. */
function stillOpen(
  open: SteepDown[],
  plot: Float64Array,
  keep: number,
  maximum: number,
): SteepDown[] {
  if (maximum === Infinity) return [];
  const kept = open.filter((down) => maximum <= plot[down.start] * keep);
  for (const down of kept) down.maximumInBetween = Math.max(down.maximumInBetween, maximum);
  return kept;
}

/** Last steep point of the area from `start`: it ends at a turn or after minPts flat points in a row. */
function extend(
  start: number,
  n: number,
  isSteep: (i: number) => boolean,
  isOpposite: (i: number) => boolean,
  minPts: number,
): number {
  let end = start;
  let flat = 0;
  for (let i = start; i < n; i++) {
    if (isSteep(i)) {
      flat = 0;
      end = i;
    } else if (isOpposite(i)) {
      break;
    } else if (++flat > minPts) {
      break;
    }
  }
  return end;
}
