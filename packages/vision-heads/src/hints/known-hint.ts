import type { Hint } from '@scene-mtl/core';

/** What is said of a task's output whatever the picture shows. */
export interface KnownHint {
  /** In words: `a mirrored picture has the mirrored classes`. */
  readonly says: string;
  /** α, how much it counts where nobody says: so that at first it is a small part of the task's own loss. */
  readonly weight: number;
  /** It is not so: a control, with which a network must not do better. */
  readonly isFalse?: true;
  /** The hint, of the head of a name. */
  readonly make: (head: string) => Hint;
}
