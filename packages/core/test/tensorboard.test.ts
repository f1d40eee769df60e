import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { crc32c, tensorBoardEvents } from '../src/index.ts';

test('CRC-32C gives the published check values', () => {
  // The check value of the catalogue of CRC algorithms.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and 0 … 31.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

const records = [
  { step: 4, kind: 'train', values: { total: 1.5, 'loss/depth': 0.25 } },
  { step: 300, kind: 'evaluation', values: { 'depth/meanError': 2.5, 'semantic/iou': null } },
] as const;

test('an event file is that which TensorBoard reads', () => {
  const bytes = tensorBoardEvents(records, (r) => 1000 + r.step);
  // Read by tensorboard 2.21.0's EventFileLoader: file_version brain.Event:2, then step 4 at
  // wall time 1004 with train/total 1.5 and train/loss/depth 0.25, then step 300 at 1300 with
  // evaluation/depth/meanError 2.5.
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '4ee8e482b8bc4bb08d197af91f66e4e09efdc05fe3d9199f64273ab8adf41ef6',
  );
});

test('no records still make a file', () => {
  expect(tensorBoardEvents([]).length).toBe(12 + 9 + 15 + 4);
});
