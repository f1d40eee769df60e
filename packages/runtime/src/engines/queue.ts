/**
 * Runs jobs one after another, in the order in which they were asked for. A job that fails does not
 * stop those behind it.
 */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** The result of the job, once those before it are done. */
  add<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    // Without the result, whose memory the next job can have.
    const done = () => undefined;
    this.#last = result.then(done, done);
    return result;
  }
}
