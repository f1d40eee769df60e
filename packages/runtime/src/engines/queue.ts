/**
 * Runs jobs one after another, in the order in which they were asked for. A job that fails does not
 * stop those behind it.
 */
export class Queue {
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  /** The result of the job, which begins at once where no other is under way, else after those before it. */
  add<T>(job: () => T | Promise<T>): Promise<T> {
    if (!this.#busy) return this.#begin(job);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => void this.#begin(job).then(resolve, reject));
    });
  }

  #begin<T>(job: () => T | Promise<T>): Promise<T> {
    // What the job asks for itself comes after it.
    this.#busy = true;
    // Throws into the promise.
    const result = new Promise<T>((resolve) => resolve(job()));
    result.then(this.#next, this.#next);
    return result;
  }

  readonly #next = (): void => {
    this.#busy = false;
    this.#waiting.shift()?.();
  };
}
