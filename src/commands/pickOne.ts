/** Lets a person choose where a command without an argument could mean several things. */
import { InputDialog } from '@jupyterlab/apputils';

/** One of several things; a dialog asks only where there is a choice. Null: the person chose none. */
export async function pickOne<T extends { readonly id: string }>(
  question: { readonly title: string; readonly accept: string },
  things: readonly T[],
  wordsOf: (thing: T) => string
): Promise<T | null> {
  const [only] = things;
  if (things.length === 1 && only !== undefined) {
    return only;
  }
  const words = things.map(wordsOf);
  // Equal words are told apart by the id, so that what is taken is what was read.
  const items = things.map((thing, at) => {
    const own = words[at] ?? '';
    return words.indexOf(own) === words.lastIndexOf(own) ? own : `${own} (${thing.id})`;
  });
  const { value } = await InputDialog.getItem({ title: question.title, okLabel: question.accept, items });
  return value === null ? null : (things[items.indexOf(value)] ?? null);
}
