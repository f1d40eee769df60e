import type { Quantity } from '@scene-mtl/lab';
import type { NumbersArm } from '../../../numbers/arm.ts';
import type { Study } from '../../../numbers/studies/study.ts';
import { adaptive, hintArm, hintErrors, type HintArm } from './arms.ts';
import type { HintName } from './known.ts';

const measured = { task: 'main', unit: '', better: 'lower' } as const;
const error: Quantity = {
  ...{ ...measured, metric: 'main/error', name: 'error', digits: 3, primary: true },
};
const broken = (name: HintName): Quantity => ({
  ...{ ...measured, metric: `main/${name}`, name: `E of ${name}`, digits: 4, primary: false },
});
const paper = 'Abu-Mostafa 1990 and 1995';
const noisy =
  'uniform inputs in −1 … 1, labels with noise of 0.2, errors against the function itself';

/** Names an arm by its examples. */
const at = (of: HintArm['of'], train: number, title: string, hints: readonly HintName[] = []) =>
  hintArm(`${title}, ${train} examples`, { of, train, hints });
const overSizes = (sizes: readonly number[], arm: (train: number) => NumbersArm) =>
  sizes.map((train) => ({ x: train, arm: arm(train) }));

// --- Over the number of examples -------------------------------------------------------------------

const SIZES = [8, 16, 32, 64];
const SEVERAL = ['odd', 'exchange', 'rising'] as const;
const none = overSizes(SIZES, (n) => at(0, n, 'no hint'));
const odd = overSizes(SIZES, (n) => at(0, n, 'odd', ['odd']));
const three = overSizes(SIZES, (n) => at(0, n, 'odd, exchange and rising', SEVERAL));
const even = overSizes(SIZES, (n) => at(0, n, 'even, which is false', ['even']));

const examples: Study = {
  name: 'examples',
  title: 'Hints over the number of examples',
  source: paper,
  lead: `A function of four numbers that is odd, rises in the first two and is the same when these change places: ${noisy}; 16 hidden units. A hint is learned from virtual examples that have no label (32 new ones a step); its information value is what it takes from the error. The false hint says that the function is even. E of odd: how far a network is from being odd, mean (h(−x) + h(x))² on virtual examples that it has not seen.`,
  measurement: hintErrors,
  quantities: [error, broken('odd')],
  x: { label: 'examples', log: true },
  curves: [
    { name: 'no hint', points: none },
    { name: 'odd', points: odd },
    { name: 'odd, exchange and rising', points: three },
    { name: 'even, which is false', points: even },
  ],
  claims: [
    ...SIZES.map((n, i) => ({
      claim: `Knowing that the function is odd lowers the error, ${n} examples`,
      ...{ ours: odd[i].arm, theirs: none[i].arm },
    })),
    {
      claim: 'Three hints lower it more than one, 16 examples',
      ...{ ours: three[1].arm, theirs: odd[1].arm },
    },
  ],
  controls: [
    {
      claim: 'A false hint does not help, 16 examples',
      ...{ control: even[1].arm, effect: odd[1].arm, baseline: none[1].arm },
    },
  ],
};

// --- Kinds -----------------------------------------------------------------------------------------

/** A kind of hint: what it says, something false of the same kind, and what the network is without. */
interface Kind {
  readonly title: string;
  readonly right: NumbersArm;
  readonly wrong: NumbersArm;
  readonly without: NumbersArm;
}
const FEW = 16;
const kind = (title: string, right: HintName, wrong: HintName): Kind => ({
  title,
  right: at(0, FEW, title, [right]),
  wrong: at(0, FEW, `${title}, false`, [wrong]),
  without: none[1].arm,
});
const convex = (hints: readonly HintName[], title: string) => at(1, FEW, title, hints);
const product = (hints: readonly HintName[], title: string) =>
  hintArm(`${title}, 32 examples`, { of: 2, train: 32, hints, part: hints.length > 0 });
const kinds: readonly Kind[] = [
  { title: 'oddness', right: odd[1].arm, wrong: even[1].arm, without: none[1].arm },
  kind('invariance', 'exchange', 'false-exchange'),
  kind('monotonicity', 'rising', 'falling'),
  kind('range', 'range', 'false-range'),
  kind('approximation', 'interval', 'false-interval'),
  {
    title: 'convexity',
    right: convex(['convex'], 'convexity'),
    wrong: convex(['concave'], 'convexity, false'),
    without: convex([], 'convex function, no hint'),
  },
  {
    title: 'catalyst',
    right: product(['catalyst'], 'catalyst'),
    wrong: product(['false-catalyst'], 'catalyst, false'),
    without: product([], 'product, no hint'),
  },
];

const kindsOf: Study = {
  name: 'kinds',
  title: 'Kinds of hints',
  source: paper,
  lead: `Each kind of hint beside something false of the same kind, ${FEW} examples (32 of the product): ${noisy}. Five are true of the function of the first study; convexity is of another, and the catalyst of a third, which is made of the product of two inputs: an extra head learns that product from virtual examples and is not used afterwards.`,
  measurement: hintErrors,
  quantities: [error, broken('exchange'), broken('rising'), broken('interval')],
  x: { label: 'kind of hint', rows: kinds.map(({ title }) => title) },
  curves: [
    { name: 'no hint', points: kinds.map(({ without }, i) => ({ x: i, arm: without })) },
    { name: 'true hint', points: kinds.map(({ right }, i) => ({ x: i, arm: right })) },
    { name: 'false hint', points: kinds.map(({ wrong }, i) => ({ x: i, arm: wrong })) },
  ],
  claims: kinds.slice(1).map(({ title, right, without }) => ({
    claim: `A hint of ${title} lowers the error`,
    ...{ ours: right, theirs: without },
  })),
  controls: kinds.slice(1).map(({ title, right, wrong, without }) => ({
    claim: `A false hint of ${title} does not`,
    ...{ control: wrong, effect: right, baseline: without },
  })),
};

// --- Schedules -------------------------------------------------------------------------------------

const all: HintArm = { of: 0, train: FEW, hints: SEVERAL };
// With 10 some seeds diverge at this rate.
const WEIGHTS = [0.1, 1, 3];
const fixed = WEIGHTS.map((weight) => ({
  x: weight,
  arm:
    weight === 1 ? three[1].arm : hintArm(`three hints, weights of ${weight}`, { ...all, weight }),
}));
const maximum = adaptive('three hints, maximum error', all, 0);
const soft = adaptive('three hints, soft maximum', all, 0.02);
const flat = (name: string, arm: NumbersArm) => ({
  name,
  points: [WEIGHTS[0], WEIGHTS[2]].map((x) => ({ x, arm })),
});

const schedules: Study = {
  name: 'schedules',
  title: 'Schedules of hints',
  source: 'Abu-Mostafa 1995; Çataltepe 1994',
  lead: `Three hints and ${FEW} examples of the first function. A fixed schedule weighs every hint by the same α in all steps. Maximum error learns in each step only from that of the four (hint 0 is the examples) whose error is furthest from its target: 1 of the examples, 4 of hints on pairs, since a hint's error is at most four times the mean square error. The soft maximum descends on an estimate of the error that is made of all of them; it stands for adaptive minimisation, whose own estimate is not to be had.`,
  measurement: hintErrors,
  quantities: [error, broken('odd'), broken('exchange'), broken('rising')],
  x: { label: 'α of a fixed schedule', log: true },
  curves: [
    { name: 'fixed', points: fixed },
    flat('maximum error', maximum),
    flat('soft maximum', soft),
    flat('no hint', none[1].arm),
  ],
  claims: [
    {
      claim: 'Maximum error is better than the same weight for all in all steps',
      ...{ ours: maximum, theirs: three[1].arm },
    },
    { claim: 'So is descent on a soft maximum', ...{ ours: soft, theirs: three[1].arm } },
    {
      claim: 'A schedule matters: a weight of 1 is better than one of 0.1',
      ...{ ours: three[1].arm, theirs: fixed[0].arm },
    },
  ],
  controls: [],
};

// --- Roads -----------------------------------------------------------------------------------------

const ROADS = [10, 40, 160];
const roads = (title: string, hints: readonly HintName[] = []) =>
  overSizes(ROADS, (n) => at(3, n, title, hints));
const [plain, mirror, same] = [
  roads('no hint'),
  roads('mirrored, steering turns', ['mirror']),
  roads('mirrored, steering stays, which is false', ['false-mirror']),
];
const keepRight = {
  plain: at(4, 40, 'two lanes, no hint'),
  mirror: at(4, 40, 'two lanes, mirrored, steering turns', ['mirror']),
};

const road: Study = {
  name: 'road',
  title: 'The mirrored road',
  source: paper,
  lead: `Steering from one row of a picture of a road of one lane (32 grey values with noise, as in Caruana's 1-D ALVINN). In a mirrored picture one steers the other way: f(mirror x) = −f(x), which needs no label. The false hint says that one steers the same way. On roads of two lanes, where one keeps to the right, the hint is false: a mirrored picture is one of another country.`,
  measurement: hintErrors,
  quantities: [error, broken('mirror')],
  x: { label: 'labelled rows', log: true },
  curves: [
    { name: 'no hint', points: plain },
    { name: 'mirrored: steering turns', points: mirror },
    { name: 'mirrored: steering stays (false)', points: same },
  ],
  claims: [
    ...ROADS.map((n, i) => ({
      claim: `Steering is learned better with mirrored roads, ${n} labelled`,
      ...{ ours: mirror[i].arm, theirs: plain[i].arm },
    })),
    {
      claim: 'Where one keeps to the right the same hint costs, 40 labelled',
      ...{ ours: keepRight.plain, theirs: keepRight.mirror },
    },
  ],
  controls: [
    {
      claim: 'A false symmetry does not help, 40 labelled',
      ...{ control: same[1].arm, effect: mirror[1].arm, baseline: plain[1].arm },
    },
  ],
};

/** What is asked of hints. */
export const studies: readonly Study[] = [examples, kindsOf, schedules, road];
