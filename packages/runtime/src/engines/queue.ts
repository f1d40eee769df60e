/**
 * Runs jobs one after another, in the order in which they were asked for. A job that fails does not
 * stop those behind it.
 */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** The result of the job, once those before it are done. */
  add<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
