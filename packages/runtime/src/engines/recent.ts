/** Values made when first asked for, as many as a limit allows: of one more, the one not used for longest goes. */
export class Recent<K, V> {
  readonly #limit: number;
  readonly #free: (value: V) => Promise<void>;
  /** In the order of use. */
  readonly #values = new Map<K, V>();

  constructor(limit: number, free: (value: V) => Promise<void>) {
    this.#limit = limit;
    this.#free = free;
  }

  async get(key: K, make: () => Promise<V>): Promise<V> {
    const known = this.#values.get(key);
    const value = known ?? (await make());
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values;
    if (this.#values.size > this.#limit) {
      this.#values.delete(oldest[0]);
      await this.#free(oldest[1]);
    }
    return value;
  }

  /** Frees them all. */
  async clear(): Promise<void> {
    const values = [...this.#values.values()];
    this.#values.clear();
    for (const value of values) await this.#free(value);
  }
}
