import type { GateReport } from '../../gate/gate-runs.ts';
import { gateTable, worseLines } from '../../gate/report.ts';
import { tableText } from '../table-text.ts';

/** What a gate found, for standard output: its table, and the frames that got worse. */
export const gateText = (report: GateReport): string =>
  `${tableText(gateTable(report))}\n${worseLines(report)
    .map((line) => `${line}\n`)
    .join('')}`;
