import { expect, test } from '@jest/globals';
import {
  architectureNamed,
  balancerNamed,
  balancers,
  defineBalancer,
  equal,
  hardSharing,
  lossMethods,
  pcgrad,
  registerArchitecture,
  registerBalancer,
} from '../../src/index.ts';

const place = { objectives: [{ name: 'a' }, { name: 'b' }] };

test('methods of one’s own are known by name and go together with others', () => {
  const before = lossMethods.length;
  registerBalancer(
    defineBalancer({ ...equal, name: 'mine', alias: ['ME'], make: () => equal.make(place) }),
  );
  registerBalancer(
    defineBalancer({ ...pcgrad, name: 'own-pcgrad', alias: [], make: () => pcgrad.make(place) }),
  );
  expect(balancers.map(({ name }) => name)).toEqual(expect.arrayContaining(['mine', 'own-pcgrad']));
  // What goes through the methods of the losses sees those of the repository.
  expect(lossMethods).toHaveLength(before);
  expect(balancerNamed('me+own-pcgrad').make(place)).toMatchObject({
    kind: 'composed',
    losses: { name: 'equal' },
    gradients: { name: 'pcgrad' },
  });
  expect(() => balancerNamed('own-pcgrad+mine').make(place)).toThrow(
    'own-pcgrad+mine: before the + a method of the losses; pcgrad is none',
  );
  expect(() => balancerNamed('uw+mine').make(place)).toThrow(
    'uncertainty+mine: after the + a method of the gradients; equal is none',
  );
  expect(() => registerBalancer({ ...equal, name: 'other', alias: ['UW'] })).toThrow(
    "registerBalancer: the name 'UW' is taken already; take another one",
  );
});

test('an architecture of one’s own is known by name', () => {
  const mine = { ...hardSharing, name: 'my-sharing', alias: [] };
  registerArchitecture(mine);
  expect(architectureNamed('My-Sharing')).toBe(mine);
  expect(() => registerArchitecture({ ...mine })).toThrow(/'my-sharing' is taken already/);
});
