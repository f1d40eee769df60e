import { impartialLosses } from './impartial-losses.ts';
import { imtlG } from './imtl-g.ts';
import { namedPair } from './named-pair.ts';

/**
 * Impartial multi-task learning, both halves (Liu et al. 2021, algorithm 1): the loss balance IMTL-L scales the
 * losses, `e^{sᵢ} Lᵢ − sᵢ`, and the gradient balance IMTL-G weighs the gradients of what that gives. It is
 * `impartial-losses+imtl-g`. As in LibMTL a task's own parameters get the gradient of its scaled loss, and so does
 * sᵢ, whatever weight IMTL-G gives the task. LibMTL's has no floor for losses of 0.
 */
export const imtl = namedPair({
  name: 'imtl',
  alias: ['IMTL'],
  source: 'Liu et al. 2021, "Towards impartial multi-task learning", algorithm 1',
  losses: impartialLosses,
  gradients: imtlG,
});
