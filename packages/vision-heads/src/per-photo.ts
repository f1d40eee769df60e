import type { PredictedPhoto } from './kit.ts';

/** Something costly that several results of a photograph need, made once for each photograph and key. */
export function perPhoto<K, T>(
  make: (photo: PredictedPhoto, key: K) => T,
): (photo: PredictedPhoto, key: K) => T {
  const made = new WeakMap<PredictedPhoto, Map<K, T>>();
  return (photo, key) => {
    const known = made.get(photo) ?? new Map<K, T>();
    made.set(photo, known);
    const value = known.get(key) ?? make(photo, key);
    known.set(key, value);
    return value;
  };
}
