/** Commands about snapshots: make, rename, note, hold, release, retry, delete. Each answers with an outcome. */
import type { Snapshot, UpdateSnapshot, Volume } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import {
  FolderArgs,
  HoldArgs,
  NoteArgs,
  OneSnapshotArgs,
  parseArgs,
  RenameArgs,
  SnapshotArgs
} from './commandArguments';
import type { ICommandContext } from './commandContext';
import { CANCELLED, type Outcome } from './outcome';
import { RefusedError } from './problemOf';
import { snapshotAsked } from './openRow';
import { chooseVolume, loadModel, volumeHolding } from './targets';

type Args = ReadonlyPartialJSONObject;

/** What is asked of a new snapshot. */
interface ISnapshotRequest {
  readonly volumes: readonly Volume[];
  readonly title: string;
  readonly note: string;
  readonly heldUntil: string | null;
}

export async function createSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, documents, trans } = context;
  const asked = parseArgs(SnapshotArgs, args, trans);
  const volumes = await loadModel(datamark.model, trans);
  const volume = chooseVolume(datamark.model, volumes, asked.volume, documents.currentNotebook(), trans);
  if (asked.title === undefined && context.settings.current.askBeforeSnapshot) {
    return askAndCreate(context, volumes, volume, asked.note, asked.heldUntil ?? null);
  }
  const { isoTitle } = await import('../dialogs/figures');
  return create(context, {
    volumes: [volume],
    title: asked.title ?? isoTitle(context.now()),
    note: asked.note ?? context.settings.current.defaultNote,
    heldUntil: asked.heldUntil ?? null
  });
}

/** The dialog for the volume that holds a folder of the file browser. */
export async function snapshotFolder(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const { path } = parseArgs(FolderArgs, args, trans);
  const volumes = await loadModel(datamark.model, trans);
  const volume = volumeHolding(datamark.model, path ?? context.selectedPath() ?? '', trans);
  return askAndCreate(context, volumes, volume, undefined, null);
}

async function askAndCreate(
  context: ICommandContext,
  volumes: readonly Volume[],
  selected: Volume,
  note: string | undefined,
  heldUntil: string | null
): Promise<Outcome> {
  const { askSnapshot } = await import('../dialogs/createSnapshot');
  const { isoTitle } = await import('../dialogs/figures');
  const choice = await askSnapshot({
    volumes,
    selected,
    title: isoTitle(context.now()),
    note: note ?? context.settings.current.defaultNote,
    hold: heldUntil !== null,
    dirty: dirtyFiles(context),
    saveFirst: context.settings.current.saveBeforeSnapshot,
    language: context
  });
  if (choice === null) {
    return CANCELLED;
  }
  if (choice.saveFirst) {
    await saveFirst(context, dirtyFiles(context));
  }
  return create(context, { ...choice, heldUntil: choice.hold ? (heldUntil ?? 'forever') : null });
}

const dirtyFiles = (context: ICommandContext): string[] =>
  context.documents
    .list()
    .filter(document => document.dirty)
    .map(document => document.path);

/** A file that can't be saved stops the snapshot, because it would not hold what the person sees. */
async function saveFirst(context: ICommandContext, paths: readonly string[]): Promise<void> {
  const missed = await context.documents.save(paths);
  if (missed.length > 0) {
    throw new RefusedError(unsavedProblem(missed, context));
  }
}

const unsavedProblem = (missed: readonly string[], { trans }: ICommandContext) => ({
  type: 'about:blank',
  title: trans.__('Not saved'),
  status: 409,
  detail: trans._n('%2 could not be saved.', '%1 files could not be saved: %2.', missed.length, missed.join(', ')),
  next: trans.__('Save it yourself, or try again without saving first.'),
  object: missed[0] ?? null
});

async function create(context: ICommandContext, request: ISnapshotRequest): Promise<Outcome> {
  const { datamark, announcer, documents, trans } = context;
  const { volumes, ...rest } = request;
  const body = { ...rest, notebook: documents.currentNotebook() };
  const [only] = volumes;
  if (volumes.length === 1 && only !== undefined) {
    const made = await datamark.api.createSnapshot(only.id, body, context.newKey());
    announcer.snapshot(made);
    return started([made]);
  }
  const answer = await datamark.api.createSnapshots(
    { ...body, volumes: volumes.map(volume => volume.id) },
    context.newKey()
  );
  const made: Snapshot[] = [];
  for (const item of answer.items) {
    if (item.created) {
      made.push(item.snapshot);
      announcer.snapshot(item.snapshot);
    } else {
      const name = volumes.find(volume => volume.id === item.volume)?.name ?? item.volume;
      announcer.problem(trans.__('No snapshot of %1', name), item.problem);
    }
  }
  return started(made);
}

const started = (made: readonly Snapshot[]): Outcome => ({
  outcome: 'started',
  snapshot: made[0]?.name ?? null,
  snapshots: made.map(snapshot => snapshot.name)
});

const snapshotNamed = ({ datamark, trans }: ICommandContext, asked: string | undefined): string =>
  snapshotAsked(datamark.model, asked, trans);

export async function renameSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(RenameArgs, args, context.trans);
  const snapshot = await context.datamark.api.snapshot(snapshotNamed(context, asked.snapshot));
  if (asked.title !== undefined) {
    return update(context, snapshot, { title: asked.title });
  }
  const { askTitle } = await import('../dialogs/textDialogs');
  const title = await askTitle(snapshot, context.trans);
  return title === null ? CANCELLED : update(context, snapshot, { title });
}

export async function editNote(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(NoteArgs, args, context.trans);
  const snapshot = await context.datamark.api.snapshot(snapshotNamed(context, asked.snapshot));
  if (asked.note !== undefined) {
    return update(context, snapshot, { note: asked.note });
  }
  const { askNote } = await import('../dialogs/textDialogs');
  const note = await askNote(snapshot, context.trans);
  return note === null ? CANCELLED : update(context, snapshot, { note });
}

export async function holdSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(HoldArgs, args, context.trans);
  const snapshot = await context.datamark.api.snapshot(snapshotNamed(context, asked.snapshot));
  if (asked.until !== undefined) {
    return update(context, snapshot, { heldUntil: asked.until });
  }
  const { askHold } = await import('../dialogs/holdSnapshot');
  const until = await askHold(snapshot, context);
  return until === null ? CANCELLED : update(context, snapshot, { heldUntil: until });
}

export async function releaseSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(OneSnapshotArgs, args, context.trans);
  const snapshot = await context.datamark.api.snapshot(snapshotNamed(context, asked.snapshot));
  return update(context, snapshot, { heldUntil: null });
}

async function update(
  context: ICommandContext,
  snapshot: Snapshot,
  change: Omit<UpdateSnapshot, 'uid'>
): Promise<Outcome> {
  const changed = await context.datamark.api.updateSnapshot(snapshot.name, { uid: snapshot.uid, ...change });
  return { outcome: 'done', snapshot: changed.name, title: changed.title, heldUntil: changed.heldUntil };
}

export async function retrySnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(OneSnapshotArgs, args, context.trans);
  const made = await context.datamark.api.retrySnapshot(snapshotNamed(context, asked.snapshot), context.newKey());
  context.announcer.snapshot(made);
  return started([made]);
}

/** Always asks; the answer of the dry run is shown first. */
export async function deleteSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(OneSnapshotArgs, args, trans);
  const name = snapshotNamed(context, asked.snapshot);
  const [snapshot, plan] = await Promise.all([datamark.api.snapshot(name), datamark.api.planSnapshotDelete(name)]);
  const { askDelete, snapshotSubject } = await import('../dialogs/deleteObject');
  if (!(await askDelete(snapshotSubject(snapshot, context), plan, context))) {
    return plan.allowed ? CANCELLED : { outcome: 'done', snapshot: snapshot.name, state: 'kept' };
  }
  // The life that was shown: a snapshot of the same name made meanwhile is not deleted.
  await datamark.api.deleteSnapshot(snapshot.name, plan.uid, plan.force === true);
  return { outcome: 'started', snapshot: snapshot.name };
}
