/**
 * The arguments of every command: parsed with zod when a command runs, and told to callers as JSON Schema.
 * Unknown keys are ignored, because menus and toolbars add their own.
 */
import {
  CloneName,
  HeldUntil,
  Note,
  problem,
  Relation,
  RESTORE_PATHS_MAX,
  RestorePath,
  RunId,
  RunOrModel,
  Title
} from '../../contract';
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
export const FilesBackArgs = z.object({
  snapshot,
  paths: z
    .array(RestorePath)
    .max(RESTORE_PATHS_MAX)
    .optional()
    .meta({ description: 'Files and folders relative to the volume; by default what is selected in the file browser.' })
});
export const CloneSnapshotArgs = z.object({ snapshot, name: CloneName.optional() });
export const CloneVolumeArgs = z.object({ volume, name: CloneName.optional() });
export const OneCloneArgs = z.object({
  clone: Name.optional().meta({ description: 'Id of a clone; by default the only one, else a question is asked.' })
});
export const UndoArgs = z.object({
  restore: Name.optional().meta({ description: 'By default the one whose row is open, else the newest.' })
});
export const StopArgs = z.object({
  restore: Name.optional().meta({ description: 'By default the one that waits for this server.' })
});
export const OperationArgs = z.object({
  operation: Name.optional().meta({
    description: 'By default the only one that can be cancelled, else a question is asked.'
  })
});
export const OneVolumeArgs = z.object({ volume });
export const ShowVolumeArgs = z.object({
  volume,
  folder: path.meta({ description: 'A folder of the volume, relative to it; by default its root.' })
});
export const LinkArgs = z.object({
  snapshot,
  run: RunId.optional().meta({ description: 'Id of a run of MLflow; with it no question is asked.' }),
  relation: Relation.optional()
});
export const PinArgs = z.object({
  snapshot,
  path: path.meta({ description: 'Path of a notebook whose kernel runs; by default the current one.' })
});
const of = RunOrModel.optional().meta({
  description: 'Id of a run of MLflow, `models:/name/3` or `models:/name@alias`; without it a question is asked.'
});
export const ReproduceArgs = z.object({
  of,
  name: CloneName.max(40).optional().meta({
    description: 'Of the clones; one that was begun under this name goes on. With it no question is asked.'
  })
});
export const DataCardArgs = z.object({ of });
const mirror = Name.optional().meta({
  description:
    'Id of a mirror, or name of the volume it replicates into; by default the only one, else a question is asked.'
});
export const MirrorArgs = z.object({ mirror });
export const TrainArgs = z.object({ mirror, clone: CloneName.optional().meta({ description: 'Name for the clone.' }) });
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
