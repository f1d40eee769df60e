import { Option, type Command } from 'commander';
import { cardIfPresent, type Card } from '../weights/card.ts';
import { shippedWeights, weightsFolder } from '../weights/place.ts';
import { folderPath, path } from './path.ts';

/** Which network a command takes. */
export interface NetworkFlags {
  readonly run?: string;
  readonly weights?: string;
}

/** Adds `--run` and `--weights`, of which one is to be given. */
export function addNetworkFlags(command: Command): Command {
  const names = shippedWeights();
  const known = names.length > 0 ? `${names.join(' or ')}, which come with it, or ` : '';
  return command
    .option('--run <dir>', 'folder of a run', folderPath)
    .addOption(
      new Option(
        '--weights <name>',
        `weights in place of a run: ${known}a folder that 'weights pack' made`,
      )
        .argParser(path)
        .conflicts('run'),
    );
}

/** The network that was asked for. */
export interface AskedNetwork {
  /** Its folder, a run's or one of weights. */
  readonly folder: string;
  /** Of weights: their card. */
  readonly card?: Card;
}

/** @throws where neither was given, or no such weights are there */
export async function askedNetwork({ run, weights }: NetworkFlags): Promise<AskedNetwork> {
  if (weights === undefined && run === undefined) {
    const [name = 'NAME'] = shippedWeights();
    throw new Error(`which network? Give --run DIR, of a run, or --weights ${name}`);
  }
  const folder = weights === undefined ? run! : await weightsFolder(weights);
  const card = await cardIfPresent(folder);
  return { folder, ...(card && { card }) };
}
