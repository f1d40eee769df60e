/** Softmax of some places. */
export interface MostProbable {
  /** Most probable class per place `u8 [N]`; the lower id where two are equal. */
  readonly classes: Uint8Array;
  /** Probability of that class `f32 [N]`, in (0, 1]. */
  readonly confidence: Float32Array;
  /** Probabilities of all classes `f32 [N, C]`; a place's sum to 1. */
  readonly probabilities: Float32Array;
}

/**
 * Logits → probabilities and the class of the largest.
 * @param logits `f32 [N, C]`
 * @throws naming the task when there are not N · C
 */
export function mostProbable(
  task: string,
  logits: Float32Array,
  places: number,
  classes: number,
): MostProbable {
  if (logits.length !== places * classes) {
    throw new Error(
      `${task}: expected ${places} × ${classes} logits to decode, got ${logits.length}`,
    );
  }
  const best = new Uint8Array(places);
  const confidence = new Float32Array(places);
  const probabilities = new Float32Array(places * classes);
  for (let i = 0; i < places; i++) {
    const at = i * classes;
    let chosen = 0;
    for (let c = 1; c < classes; c++) if (logits[at + c] > logits[at + chosen]) chosen = c;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += probabilities[at + c] = Math.exp(logits[at + c] - logits[at + chosen]);
    }
    for (let c = 0; c < classes; c++) probabilities[at + c] /= sum;
    best[i] = chosen;
    confidence[i] = 1 / sum;
  }
  return { classes: best, confidence, probabilities };
}
