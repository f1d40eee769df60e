import { randomInt } from 'node:crypto';

/**
 * The seed of properties, for this process and those that it starts: `PROPERTY_SEED`, a number or `random`, which is
 * drawn and said once.
 */
export function takeSeed() {
  const given = process.env['PROPERTY_SEED'] ?? '2018';
  if (given !== 'random' && !/^-?\d{1,9}$/.test(given)) {
    throw new Error(`PROPERTY_SEED=${given}: expected a whole number of up to 9 digits, or random`);
  }
  const seed = given === 'random' ? String(randomInt(1e9)) : given;
  if (given === 'random') console.log(`properties are checked with PROPERTY_SEED=${seed}`);
  process.env['PROPERTY_SEED'] = seed;
}
