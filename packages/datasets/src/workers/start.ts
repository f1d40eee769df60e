import { Worker } from 'node:worker_threads';

/**
 * Address of the module `name` beside another one, given by its `import.meta.url`: `.ts` in a source
 * tree, `.js` where it is built.
 */
export const moduleBeside = (url: string, name: string): string =>
  new URL(`./${name}.${url.endsWith('.ts') ? 'ts' : 'js'}`, url).href;

/**
 * Starts a worker thread on a module, from source, from a test runner or from built packages.
 * @param module address of the module
 * @param data the thread's `workerData`
 * @param others modules that it will import by address
 */
export function startThread(module: string, data: unknown, others: readonly string[] = []): Worker {
  // What a thread resolves of ours must be of the same kind as this file, source or built.
  const execArgv = import.meta.url.endsWith('.ts') ? ['--conditions=@scene-mtl/source'] : undefined;
  const code = [module, ...others].some((url) => url.endsWith('.ts'))
    ? loading(module)
    : `import(${JSON.stringify(module)})`;
  return new Worker(code, { eval: true, workerData: data, ...(execArgv && { execArgv }) });
}

/**
 * A thread inherits no loader of TypeScript, neither tsx nor a test runner's, and registers its own;
 * without tsx Node reads the module, if it can.
 */
function loading(module: string): string {
  let api: string;
  try {
    api = import.meta.resolve('tsx/esm/api');
  } catch {
    return `import(${JSON.stringify(module)})`;
  }
  return `import(${JSON.stringify(api)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(module)});
  })`;
}

/** Ends threads at once, and waits until they have ended. */
export const stopped = async (threads: readonly Worker[]): Promise<void> =>
  void (await Promise.all(threads.map((thread) => thread.terminate())));
