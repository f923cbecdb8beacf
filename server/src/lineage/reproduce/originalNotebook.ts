/** A notebook's document as it lies in a snapshot, checked as far as it is used (nbformat 4). A script becomes one cell. Pure. */
import { z } from 'zod';

const Source = z.union([z.string(), z.array(z.string()).transform(lines => lines.join(''))]);

const Cell = z.object({
  cell_type: z.string(),
  source: Source,
  metadata: z.looseObject({ tags: z.array(z.string()).optional().catch(undefined) }).prefault({}),
  attachments: z.unknown().optional()
});

const Document = z.object({
  nbformat: z.literal(4),
  metadata: z
    .looseObject({
      kernelspec: z.looseObject({ language: z.string().optional() }).optional(),
      language_info: z.looseObject({ name: z.string().optional() }).optional()
    })
    .prefault({}),
  cells: z.array(Cell)
});

export type OriginalNotebook = z.infer<typeof Document>;
export type OriginalCell = z.infer<typeof Cell>;

/** What was read, or in words why it can't be run again. */
export type ReadNotebook =
  { readonly ok: true; readonly notebook: OriginalNotebook } | { readonly ok: false; readonly reason: string };

/** Whether it is run as a whole, not cell by cell. */
export const isScript = (name: string): boolean => name.endsWith('.py');

/** From the text of a file; its name, a path from where it is run, says whether it is a script. */
export function readNotebook(text: string, name: string): ReadNotebook {
  if (isScript(name)) {
    // A script sees its own name and no arguments: those that it had are not written down.
    const begin = [
      'import os as _os, sys as _sys',
      `_sys.argv = [${JSON.stringify(name)}]`,
      '__file__ = _os.path.abspath(_sys.argv[0])',
      '_sys.path.insert(0, _os.path.dirname(__file__))'
    ].join('\n');
    const cells = [begin, text].map(source => ({ cell_type: 'code', source, metadata: {} }));
    return { ok: true, notebook: { nbformat: 4, metadata: {}, cells } };
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, reason: `${name} is no notebook: it is not JSON.` };
  }
  const read = Document.safeParse(document);
  if (!read.success) {
    return { ok: false, reason: `${name} is not a notebook of format 4.` };
  }
  const { metadata } = read.data;
  const language = metadata.language_info?.name ?? metadata.kernelspec?.language ?? 'python';
  return language === 'python'
    ? { ok: true, notebook: read.data }
    : { ok: false, reason: `${name} is written in ${language}. Only Python can be run again.` };
}
