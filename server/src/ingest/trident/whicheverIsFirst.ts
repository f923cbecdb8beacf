/** Waiting no longer than a signal allows. */

/** Resolves with the signal at the latest; what is asked for goes on. */
export async function whicheverIsFirst(asked: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const ended = new AbortController();
  const aborted = new Promise<void>(resolve => {
    if (signal?.aborted) {
      resolve();
    }
    signal?.addEventListener('abort', () => resolve(), { signal: ended.signal });
  });
  await Promise.race([asked, aborted]).finally(() => ended.abort());
}
