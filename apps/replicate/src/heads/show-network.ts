import { didYouMean } from '@scene-mtl/data';
import { progressLine } from '@scene-mtl/lab';
import { dataOf } from '../predict/evaluate-run.ts';
import { readDescription } from '../run/description.ts';
import { countLabelled, deriveNetwork } from './derive-network.ts';
import { networkFileIfPresent, saveNetworkFile, type NetworkFile } from './network-file.ts';

/** What `replicate heads show` looks at, and may change. */
export interface ShowOptions {
  /** Folder of the run. */
  readonly run: string;
  /** New owners by head. */
  readonly owners?: Readonly<Record<string, string>>;
  /** Folder of the data, in place of the one in the run's configuration. */
  readonly data?: string | undefined;
  /** Gets what a person should know. */
  readonly say: (text: string) => void;
}

/**
 * The network file of a run: the one in its folder, or one made from what the run says, and kept there.
 * @param from the file of the run that it began with, for one that is made
 * @throws when the folder is no run, the file is of another, or an owner is given of a head that is not there
 */
export async function networkOfRun(
  { run, owners = {}, data, say }: ShowOptions,
  from?: NetworkFile,
): Promise<NetworkFile> {
  const description = await readDescription(run);
  const unknown = Object.keys(owners).find((name) => !description.tasks.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `--owner ${unknown}: ${run} has no such head; ${didYouMean(unknown, description.tasks)}`,
    );
  }
  const known = await networkFileIfPresent(run, description.tasks);
  const file =
    known ??
    (await deriveNetwork({
      folder: run,
      description,
      from,
      labelled: await labelsOf(run, uncounted(description, from), data, say),
    }));
  const heads = file.heads.map((head) => ({ ...head, owner: owners[head.name] ?? head.owner }));
  const owned = { ...file, heads };
  if (known && Object.keys(owners).length === 0) return owned;
  try {
    await saveNetworkFile(run, owned);
  } catch (cause) {
    // What was asked for by hand must not be lost in silence; what can be made again may.
    if (Object.keys(owners).length > 0) throw cause;
    say(`not kept: ${(cause as Error).message}`);
  }
  return owned;
}

/** The description with those heads alone whose labels the other run's file has not. */
function uncounted<D extends { readonly tasks: string[] }>(
  description: D,
  from: NetworkFile | undefined,
): D {
  const isKnown = (name: string): boolean =>
    from?.heads.some((head) => head.name === name && head.labelledFrames !== null) ?? false;
  return { ...description, tasks: description.tasks.filter((name) => !isKnown(name)) };
}

async function labelsOf(
  run: string,
  description: Parameters<typeof countLabelled>[1],
  root: string | undefined,
  say: (text: string) => void,
): Promise<Record<string, number>> {
  if (description.tasks.length === 0) return {};
  try {
    const dataset = await dataOf(description, run, root);
    return await countLabelled(dataset, description, progressLine());
  } catch (error) {
    say(`labels not counted: ${(error as Error).message}`);
    return {};
  }
}
