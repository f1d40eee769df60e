/** ms for which a server is waited for that is to be told of an end. */
const GRACE = 3000;

/**
 * Waits for connections to close, but not for ever: what is to be told to a server that is away waits until that
 * is back. Errors are nobody's: there is nothing left to do.
 */
export async function closedSoon(
  closings: readonly Promise<unknown>[],
  grace: number = GRACE,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, grace)));
  await Promise.race([Promise.allSettled(closings), over]);
  clearTimeout(timer);
}
