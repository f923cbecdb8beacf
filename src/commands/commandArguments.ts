/**
 * The arguments of every command: parsed with zod when a command runs, and told to callers as JSON Schema.
 * Unknown keys are ignored, because menus and toolbars add their own.
 */
import { CloneName, HeldUntil, Note, problem, Title } from '../../contract';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { z } from 'zod';
import { RefusedError } from './problemOf';

const Name = z.string().min(1).max(253);
const volume = Name.optional().meta({ description: 'Id or name of a volume; by default the one in view.' });
const snapshot = Name.optional().meta({
  description: 'Name of a snapshot; by default the one whose row of the timeline is open.'
});
const path = z.string().max(4096).optional();

export const SnapshotArgs = z.object({
  volume,
  title: Title.optional().meta({ description: 'With a title no question is asked.' }),
  note: Note.optional(),
  heldUntil: HeldUntil.optional().meta({ description: 'ISO time or `forever`.' })
});
export const FolderArgs = z.object({ path: path.meta({ description: 'Path in the file browser.' }) });
export const NotebookArgs = z.object({
  path: path.meta({ description: 'Path of an open notebook; by default the current one.' }),
  button: z.boolean().optional().meta({ description: 'The command stands in a notebook toolbar.' })
});
export const RenameArgs = z.object({ snapshot, title: Title.optional() });
export const NoteArgs = z.object({ snapshot, note: Note.optional() });
export const HoldArgs = z.object({
  snapshot,
  until: HeldUntil.optional().meta({ description: 'ISO time or `forever`.' })
});
export const OneSnapshotArgs = z.object({ snapshot });
export const CloneSnapshotArgs = z.object({ snapshot, name: CloneName.optional() });
export const CloneVolumeArgs = z.object({ volume, name: CloneName.optional() });
export const OneCloneArgs = z.object({
  clone: Name.optional().meta({ description: 'Id of a clone; by default the only one, else a question is asked.' })
});
export const UndoArgs = z.object({
  restore: Name.optional().meta({ description: 'By default the one whose row is open, else the newest.' })
});
export const OperationArgs = z.object({
  operation: Name.optional().meta({
    description: 'By default the only one that can be cancelled, else a question is asked.'
  })
});
export const OneVolumeArgs = z.object({ volume });
export const NoArgs = z.object({});

/** What a command's `describedBy` says of its arguments. */
export function describe(schema: z.ZodType): Partial<CommandRegistry.Description> {
  // Through JSON, because the generator's own type is wider than what a command may describe.
  const json: unknown = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
  return { args: json as ReadonlyJSONObject };
}

/** Arguments as typed values; wrong ones are refused with the words of the contract. */
export function parseArgs<S extends z.ZodType>(
  schema: S,
  args: ReadonlyPartialJSONObject,
  trans: TranslationBundle
): z.infer<S> {
  const parsed = schema.safeParse(args);
  if (parsed.success) {
    return parsed.data;
  }
  const fields = parsed.error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));
  throw new RefusedError(
    problem('invalid-request', {
      detail: fields.map(field => (field.path === '' ? field.message : `${field.path}: ${field.message}`)).join(' '),
      next: trans.__('Correct the arguments and try again.'),
      fields
    })
  );
}
