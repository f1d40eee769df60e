import { describe, expect, test } from '@jest/globals';
import { cityscapesLabels, evaluatedLabels, labelNamed, trainIdOf } from '../src/cityscapes.ts';

describe('label table', () => {
  test('has the 19 evaluated classes and 8 instance classes of cityscapesScripts 2.2.4', () => {
    expect(cityscapesLabels).toHaveLength(35);
    expect(evaluatedLabels.map((label) => label.id)).toEqual([
      7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33,
    ]);
    expect(evaluatedLabels.filter((l) => l.hasInstances).map((l) => l.id)).toEqual([
      24, 25, 26, 27, 28, 31, 32, 33,
    ]);
    const ignored = cityscapesLabels
      .filter((l) => l.id >= 0 && trainIdOf[l.id] === 255)
      .map((l) => l.id);
    expect(ignored).toEqual([0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30]);
  });

  test('gives sky the official colour, not the (0, 130, 180) of some loaders', () => {
    expect(evaluatedLabels[10]).toMatchObject({ name: 'sky', colour: [70, 130, 180] });
  });

  test('have the structure the benchmark states: 35 labels, 19 evaluated, 8 with instances', () => {
    expect(cityscapesLabels).toHaveLength(35);
    expect(evaluatedLabels.map((l) => l.trainId)).toEqual(Array.from({ length: 19 }, (_, i) => i));
    expect(cityscapesLabels.filter((l) => l.hasInstances && !l.ignoreInEval)).toHaveLength(8);
    expect(cityscapesLabels.slice(0, 34).map((l) => l.id)).toEqual(
      Array.from({ length: 34 }, (_, i) => i),
    );
    expect(cityscapesLabels.find((l) => l.name === 'sky')?.colour).toEqual([70, 130, 180]);
  });

  test('is asked by name', () => {
    expect(labelNamed('car').id).toBe(26);
    expect(() => labelNamed('auto')).toThrow("no Cityscapes label is called 'auto'");
  });
});
