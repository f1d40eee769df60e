import { encoderText } from '../../config/encoder-text.ts';
import { profiles } from '../../config/profiles.ts';
import type { SceneContext } from '../../scenes/kind.ts';

/** What the paper's numbers were made with. */
export interface PaperSetting {
  readonly size: { readonly height: number; readonly width: number };
  readonly steps: number;
}

/** Tiny Cityscapes: Table 1 and figure 2 (appendix A). */
export const tinyCityscapes: PaperSetting = {
  size: profiles.paper.size,
  steps: profiles.paper.training.steps,
};

/** Cityscapes at its full size: Table 2 (appendix A). */
export const fullCityscapes: PaperSetting = {
  size: { height: 1024, width: 2048 },
  steps: 100_000,
};

/**
 * What keeps our numbers from standing beside the paper's where the data set is the paper's own: what differs in size,
 * steps and network, or at least that the code is not the paper's. Undefined on another data set.
 */
export function unlikePaper(
  { config, data }: Pick<SceneContext, 'config' | 'data'>,
  { size, steps }: PaperSetting,
): string | undefined {
  if (data.name !== 'cityscapes') return undefined;
  const { network, training } = config;
  const { encoder } = profiles.paper.network;
  const text = (of: PaperSetting['size']): string => `${of.height}×${of.width}`;
  const differs = [
    ...(text(config.size) === text(size)
      ? []
      : [`ours at ${text(config.size)}, not ${text(size)}`]),
    ...(training.steps === steps ? [] : [`${training.steps} steps, not ${steps}`]),
    ...(JSON.stringify(network.encoder) === JSON.stringify(encoder)
      ? []
      : [`encoder ${encoderText(network.encoder)}, not ${encoderText(encoder)}`]),
  ];
  return `the same data set; ${differs.join('; ') || 'other code, and what the paper leaves open'}`;
}
