/**
 * Whether a document on the page has the content that its file has now. Pure.
 * Notebooks are compared by what a person wrote and ran, not by how the file spells it.
 */
import { JSONExt, type JSONValue } from '@lumino/coreutils';
import type { Contents } from '@jupyterlab/services';

/** What is needed of a document's model. */
export interface IShownModel {
  toJSON(): unknown;
  toString(): string;
}

type File = Pick<Contents.IModel, 'content' | 'format'>;

/** Compares a document with its file as it was just read, content included. */
export function showsContentOf(model: IShownModel, file: File): boolean {
  if (file.format === 'json') {
    return JSONExt.deepEqual(notebook(model.toJSON()), notebook(file.content));
  }
  return typeof file.content === 'string' && lines(model.toString()) === lines(file.content);
}

/** The page shows all line ends alike (docregistry, `Context._revert`). */
const lines = (text: string): string => text.replace(/\r\n?/g, '\n');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A notebook without what JupyterLab and the server add or drop on their own: ids, trust, words about the kernel. */
function notebook(value: unknown): JSONValue {
  if (!isRecord(value) || !Array.isArray(value['cells'])) {
    return plain(value);
  }
  const metadata = without(value['metadata'], 'language_info', 'orig_nbformat');
  // A kernel that starts writes its other names anew; which kernel it is, a person chose.
  const kernelspec = isRecord(metadata['kernelspec']) ? metadata['kernelspec']['name'] : null;
  return plain({ metadata: { ...metadata, kernelspec }, cells: value['cells'].map(cell) });
}

function cell(value: unknown): unknown {
  const kept = without(value, 'id');
  return { ...kept, source: joined(kept['source']), metadata: without(kept['metadata'], 'trusted') };
}

const without = (value: unknown, ...keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter(([key]) => !keys.includes(key)));
/** nbformat allows a text to be a list of its lines. */
const joined = (value: unknown): unknown => (Array.isArray(value) ? value.join('') : value);
const plain = (value: unknown): JSONValue => JSON.parse(JSON.stringify(value ?? null)) as JSONValue;
