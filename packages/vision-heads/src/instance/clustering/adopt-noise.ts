/** Clusters of votes after {@link adoptNoise}, numbered 0, 1, … without gaps. */
export interface AdoptedClusters {
  /** Cluster of each vote, `[n]`; −1 for one left out. */
  readonly labels: Int32Array;
  /** Mean of the votes that the clustering itself gave to each cluster, (x, y) in px, `[k, 2]`. */
  readonly centres: Float64Array;
  /** Number of those votes, `[k]`. */
  readonly own: Int32Array;
}

/**
 * Dissolves small clusters and gives each vote outside any cluster to the nearest centre.
 * @param votes (x, y) in px, `f64 [n, 2]`
 * @param labels cluster of each vote, −1 for noise
 * @param minVotes clusters with fewer votes become noise
 * @param within largest distance to a centre in px; a vote farther from every centre is left out
 */
export function adoptNoise(
  votes: Float64Array,
  labels: Int32Array,
  minVotes: number,
  within: number,
): AdoptedClusters {
  const sizes = new Int32Array(labels.reduce((most, label) => Math.max(most, label), -1) + 1);
  for (const label of labels) if (label >= 0) sizes[label]++;
  const renumbered = new Int32Array(sizes.length).fill(-1);
  let k = 0;
  for (let c = 0; c < sizes.length; c++) if (sizes[c] >= Math.max(minVotes, 1)) renumbered[c] = k++;

  const own = new Int32Array(k);
  const centres = new Float64Array(2 * k);
  const adopted = labels.map((label) => (label < 0 ? -1 : renumbered[label]));
  for (let i = 0; i < adopted.length; i++) {
    const c = adopted[i];
    if (c < 0) continue;
    own[c]++;
    centres[2 * c] += votes[2 * i];
    centres[2 * c + 1] += votes[2 * i + 1];
  }
  for (let c = 0; c < k; c++) {
    centres[2 * c] /= own[c];
    centres[2 * c + 1] /= own[c];
  }
  for (let i = 0; i < adopted.length; i++) {
    if (adopted[i] < 0) adopted[i] = nearest(centres, votes[2 * i], votes[2 * i + 1], within);
  }
  return { labels: adopted, centres, own };
}

function nearest(centres: Float64Array, x: number, y: number, within: number): number {
  let best = -1;
  let least = within;
  for (let c = 0; 2 * c < centres.length; c++) {
    const distance = Math.hypot(centres[2 * c] - x, centres[2 * c + 1] - y);
    if (distance < least || (best < 0 && distance === least)) {
      best = c;
      least = distance;
    }
  }
  return best;
}
