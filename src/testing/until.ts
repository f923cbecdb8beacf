/** Waits for a condition with a deadline; React and promises take their time. */
const DEADLINE_MS = 3000;

/** Resolves with what `find` finds; fails with the page's markup after the deadline. */
export async function until<T>(find: () => T | null | undefined | false): Promise<T> {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = find();
    if (found !== null && found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`not there in time: ${find.toString()} in ${document.body.innerHTML}`);
    }
    await new Promise(resolve => {
      setTimeout(resolve, 5);
    });
  }
}
