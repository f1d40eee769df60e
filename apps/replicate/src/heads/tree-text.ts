import type { Cost } from '@scene-mtl/core';
import type { HeadEntry, NetworkFile } from './network-file.ts';

/** A number in at most four characters and its unit: 950, 12.3 k, 4.56 M, 1.23 G. */
export function short(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
  const scaled = value / 1000 ** power;
  return `${power === 0 ? scaled : Number(scaled.toPrecision(3))}${units[power]}`;
}

/** Parameters and multiply-adds in words. */
export const costText = ({ parameters, multiplyAdds }: Cost): string =>
  `${short(parameters)} parameters, ${short(multiplyAdds)} multiply-adds`;

/** Labelled frames, and how much there is to learn from them. */
function labelText(frames: number, parameters: number): string {
  if (frames === 0) return 'no labelled frames';
  const each = short(Math.round((1000 * parameters) / frames));
  return `${frames} labelled frames, ${each} parameters per 1,000`;
}

/** What is known of a head, in a few lines. */
export function headLines(head: HeadEntry): string[] {
  const { owner, data, sampling, weight, stopping, labelledFrames, parameters, changedBy } = head;
  const frames =
    labelledFrames === null ? 'labels not counted' : labelText(labelledFrames, parameters);
  const how = sampling.features === 'none' ? 'end to end' : `from ${sampling.features} features`;
  const value = weight.value === null ? '' : ` ${Number(weight.value.toPrecision(3))}`;
  const stop =
    stopping.metric === null || stopping.bestStep === null
      ? 'last step'
      : `best ${stopping.metric} at step ${stopping.bestStep}`;
  return [
    `${owner ?? 'no owner'}; last changed by ${changedBy}`,
    costText(head),
    `${data}: ${frames}`,
    `${sampling.steps} steps of ${sampling.batchSize}, ${how}; ${stop}`,
    `weight ${weight.method}${value}`,
  ];
}

/** The tree of a network: trunk, groups, heads. */
export function treeText(file: NetworkFile): string {
  const { trunk, size, groups, heads, run } = file;
  const lines = [
    `${run}: ${size.height}×${size.width} px`,
    `trunk ${trunk.encoder}: ${costText(trunk)}; last changed by ${trunk.changedBy}`,
    ...trunk.stages.map((stage) => `│  ${stage.name}: ${costText(stage)}`),
  ];
  for (const [g, group] of groups.entries()) {
    const lastGroup = g === groups.length - 1;
    lines.push(`${lastGroup ? '└' : '├'}─ group ${group.name}`);
    const under = lastGroup ? '   ' : '│  ';
    for (const [h, name] of group.heads.entries()) {
      const head = heads.find((one) => one.name === name) as HeadEntry;
      const lastHead = h === group.heads.length - 1;
      lines.push(`${under}${lastHead ? '└' : '├'}─ ${name}`);
      for (const line of headLines(head)) lines.push(`${under}${lastHead ? ' ' : '│'}     ${line}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
