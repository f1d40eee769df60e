import { expect, test } from '@jest/globals';
import { Queue } from '../src/engines/queue.ts';

/** A job that notes its begin and its end, a turn of the event loop apart. */
const noting = (notes: string[], name: string) => async () => {
  notes.push(`${name} begins`);
  await new Promise((resolve) => setImmediate(resolve));
  notes.push(`${name} ends`);
  return name;
};

test('jobs asked for at once run one after another, in order, with their results', async () => {
  const queue = new Queue();
  const notes: string[] = [];
  const results = await Promise.all(['a', 'b', 'c'].map((name) => queue.add(noting(notes, name))));
  expect(results).toEqual(['a', 'b', 'c']);
  expect(notes).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('a job begins at once where no other is under way', async () => {
  const queue = new Queue();
  for (const name of ['a', 'b']) {
    const notes: string[] = [];
    const result = queue.add(noting(notes, name));
    expect(notes).toEqual([`${name} begins`]);
    await result;
  }
});

test('a job that fails, at once or later, fails alone', async () => {
  const queue = new Queue();
  const fails = () => {
    throw new Error('at once');
  };
  const outcomes = await Promise.allSettled([
    queue.add(fails),
    queue.add(() => Promise.reject(new Error('later'))),
    queue.add(fails),
    queue.add(() => 4),
  ]);
  const seen = outcomes.map((o) =>
    o.status === 'fulfilled' ? o.value : (o.reason as Error).message,
  );
  expect(seen).toEqual(['at once', 'later', 'at once', 4]);
});

test('what a job asks for itself comes after it', async () => {
  const queue = new Queue();
  const notes: string[] = [];
  let inner: Promise<string> | undefined;
  await queue.add(() => {
    inner = queue.add(noting(notes, 'inner'));
    return noting(notes, 'outer')();
  });
  await inner;
  expect(notes).toEqual(['outer begins', 'outer ends', 'inner begins', 'inner ends']);
});
