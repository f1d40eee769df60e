import { describe, expect, test } from '@jest/globals';
import { defaultEpsilon, judgeChange, junitXml, type Change } from '@scene-mtl/lab';

const change = (parts: Partial<Change>): Change => ({
  ...{ before: 50, after: 50, better: 'higher', epsilon: 1 },
  interval: [0, 0],
  ...parts,
});

describe('a change beside ε', () => {
  test.each<[string, Partial<Change>, string, boolean, boolean]>([
    // name, change, outcome, passes by the interval, passes by the estimate
    ['nothing changed', {}, 'same', true, true],
    ['nothing changed and no drop is let through', { epsilon: 0 }, 'same', true, true],
    ['certainly better', { after: 52, interval: [-3, -1] }, 'better', true, true],
    ['within ε', { after: 49.8, interval: [-0.4, 0.9] }, 'same', true, true],
    ['certainly worse, within ε', { after: 49.5, interval: [0.2, 0.8] }, 'worse', true, true],
    [
      'certainly worse, perhaps beyond ε',
      { after: 49.5, interval: [0.2, 1.1] },
      'worse',
      false,
      true,
    ],
    ['certainly beyond ε', { after: 47, interval: [2, 4] }, 'worse', false, false],
    ['wide', { after: 49.5, interval: [-2, 3] }, 'cannot tell', false, true],
    [
      'wide and better by the estimate',
      { after: 51, interval: [-4, 2] },
      'cannot tell',
      false,
      true,
    ],
    ['exactly at ε', { after: 49, interval: [1, 1] }, 'worse', true, true],
    ['no interval', { interval: undefined }, 'cannot tell', false, true],
    ['no number any more', { after: null }, 'worse', false, false],
    ['never a number', { before: null, after: null }, 'cannot tell', false, false],
  ])('%s', (_, parts, outcome, byInterval, byEstimate) => {
    const judged = judgeChange(change(parts));
    expect([judged.outcome, judged.passes]).toEqual([outcome, byInterval]);
    expect(judgeChange(change(parts), 'estimate').passes).toBe(byEstimate);
  });

  test('a drop is above 0 whichever way the metric runs', () => {
    expect(judgeChange(change({ after: 48 })).drop).toBe(2);
    expect(judgeChange(change({ after: 48, better: 'lower' })).drop).toBe(-2);
    expect(judgeChange(change({ after: null })).drop).toBeNull();
  });

  test('ε: a point of a share, 3 % of what was before otherwise', () => {
    expect(defaultEpsilon('%', 12)).toBe(1);
    expect(defaultEpsilon('px', -2)).toBeCloseTo(0.06, 12);
    expect(defaultEpsilon('px', null)).toBe(0);
  });
});

describe('JUnit XML', () => {
  const xml = junitXml([
    {
      name: 'old <&> "new"',
      cases: [
        { name: 'depth/meanError' },
        { name: 'a\nb\u0001', failure: { message: 'x < y', text: 'one\n"two"' } },
        { name: 'edges', skipped: 'only one has it' },
        { name: 'said', output: '\ud800' },
      ],
    },
    { name: 'empty', cases: [] },
  ]);

  test('its tags are balanced, its attributes quoted, and its counts those of its cases', () => {
    // A parser of this much: every < begins a tag, closed in the order in which they were opened.
    const open: string[] = [];
    const seen: Record<string, number> = {};
    const rest = xml
      .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
      .replace(
        /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
        (_, closes, name: string, __, ends) => {
          if (closes) expect(open.pop()).toBe(name);
          else {
            seen[name] = (seen[name] ?? 0) + 1;
            if (!ends) open.push(name);
          }
          return '';
        },
      );
    expect(open).toEqual([]);
    expect(rest).not.toMatch(/[<>]|&(?!#\d+;)/);
    expect(seen).toEqual({
      ...{ testsuites: 1, testsuite: 2, testcase: 4 },
      ...{ failure: 1, skipped: 1, 'system-out': 1 },
    });
    expect(xml).toContain('<testsuites tests="4" failures="1" errors="0" skipped="1">');
    expect(xml).toContain('<testsuite name="empty" tests="0" failures="0" errors="0" skipped="0">');
  });

  test('texts are escaped, and what XML has not is replaced', () => {
    expect(xml).toContain('name="old &#60;&#38;&#62; &#34;new&#34;"');
    expect(xml).toContain('name="a&#10;b\ufffd"');
    expect(xml).toContain('<failure message="x &#60; y">one&#10;&#34;two&#34;</failure>');
    expect(xml).toContain('<system-out>\ufffd</system-out>');
  });
});
