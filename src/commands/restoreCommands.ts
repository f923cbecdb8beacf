/**
 * Restore and undo: plan, ask a person, save open files, approve, show the progress, offer to reload open files.
 * Both always ask; no argument can skip the question.
 */
import { type Problem, problemSlug, type Restore, type Snapshot } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { RestorePlanSession, RestoreWay } from '../dialogs/restorePlanSession';
import { stopsServer } from '../model/restoresUnderWay';
import { CommandIDs } from '../tokens';
import { OneSnapshotArgs, parseArgs, UndoArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import type { IOpenDocument } from './openDocuments';
import { openedUndo, snapshotAsked } from './openRow';
import { CANCELLED, type Outcome } from './outcome';
import { problemOf } from './problemOf';
import { offerReload, openOn } from './reloadOffer';
import { isPrepared, stopForRestore } from './restoreWithStop';
import { chooseRestore, loadModel } from './targets';

type Args = ReadonlyPartialJSONObject;

/** Longest time a page follows a restore; the restore itself has no such limit. */
const FOLLOW_MS = 24 * 3600 * 1000;

/** What is asked for, and how its plan is made. */
interface IRestoreRequest {
  readonly volume: string;
  readonly volumeName: string;
  readonly snapshot: string;
  readonly snapshotCreatedAt: string;
  readonly facts: string;
  readonly undo: boolean;
  /** Left out: all of the volume. */
  readonly files?: readonly string[];
  readonly makePlan: (way: RestoreWay | null) => Promise<Restore>;
}

export async function restoreSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const { api, model } = context.datamark;
  const asked = parseArgs(OneSnapshotArgs, args, context.trans);
  const name = snapshotAsked(model, asked.snapshot, context.trans);
  await loadModel(model, context.trans);
  const snapshot = await api.snapshot(name);
  return askForRestore(context, {
    volume: snapshot.volume,
    volumeName: snapshot.volumeName,
    snapshot: snapshot.name,
    snapshotCreatedAt: snapshot.createdAt,
    facts: await snapshotFacts(context, snapshot),
    undo: false,
    makePlan: way =>
      api.createRestore({ snapshot: snapshot.name, ...(way === null ? {} : { strategy: way }) }, context.newKey())
  });
}

export async function undoRestore(context: ICommandContext, args: Args): Promise<Outcome> {
  const { api, model } = context.datamark;
  const { trans, format } = context;
  const asked = parseArgs(UndoArgs, args, trans);
  await loadModel(model, trans);
  const undone = chooseRestore(await api.restores(), asked.restore ?? openedUndo(model) ?? undefined, trans);
  const { momentWithYear } = await import('../dialogs/figures');
  return askForRestore(context, {
    volume: undone.volume,
    volumeName: undone.volumeName,
    snapshot: undone.safetySnapshot ?? undone.snapshot,
    snapshotCreatedAt: undone.snapshotCreatedAt,
    facts: trans.__(
      'Back to what was there before it was restored to %1, %2',
      undone.snapshotLabel,
      momentWithYear(undone.createdAt, format)
    ),
    undo: true,
    makePlan: () => api.undoRestore(undone.id, context.newKey())
  });
}

/** The snapshot’s label, by whom, how long ago. */
export async function snapshotFacts(context: ICommandContext, snapshot: Snapshot): Promise<string> {
  const { trans, format } = context;
  const { snapshotLabel } = await import('../dialogs/words');
  const by = snapshot.createdBy === null ? null : trans.__('by %1', snapshot.createdBy);
  return [snapshotLabel(snapshot), by, format.agoAlone(snapshot.createdAt, context.now())]
    .filter(part => part !== null)
    .join(' · ');
}

/** Shows the plan, asks, and follows what was approved to its end. */
export async function askForRestore(context: ICommandContext, request: IRestoreRequest): Promise<Outcome> {
  const { RestorePlanSession } = await import('../dialogs/restorePlanSession');
  const { api, model } = context.datamark;
  const { makePlan, volume, snapshot } = request;
  const countChanges = (restore: string): Promise<Restore> => api.countChanges(restore);
  const session = new RestorePlanSession({ model, makePlan, countChanges, volume, snapshot, language: context });
  return decide(context, request, session).finally(() => {
    session.dispose();
  });
}

/** Asks again as long as what was approved turns out to be outdated: only a plan that was seen is carried out. */
async function decide(
  context: ICommandContext,
  request: IRestoreRequest,
  session: RestorePlanSession
): Promise<Outcome> {
  const { api } = context.datamark;
  const { askRestore } = await import('../dialogs/restorePlan');
  let refused = false;
  for (;;) {
    const planning = refused ? Promise.resolve() : session.plan();
    refused = false;
    // Where nothing is replaced, unsaved edits stay what they are.
    const open = request.files === undefined ? openOn(context, request.volume) : [];
    const dirty = open.filter(isDirty).map(pathOf);
    const all = request.files === undefined ? context.documents.list().filter(isDirty).map(pathOf) : [];
    const dirtyElsewhere = all.filter(path => !dirty.includes(path));
    const kernels = context.runningKernels();
    const answer = await askRestore({ ...request, dirty, dirtyElsewhere, kernels, language: context }, session);
    await planning;
    if (answer === null) {
      return CANCELLED;
    }
    if (answer.answer === 'clone') {
      await context.commands.execute(CommandIDs.cloneSnapshot, { snapshot: request.snapshot });
      return CANCELLED;
    }
    const { state } = session;
    if (state.state !== 'planned') {
      continue;
    }
    if (answer.saveFirst && !(await savedAll(context, request, stopsServer(state.restore)))) {
      return CANCELLED;
    }
    const approved = await api.approveRestore(state.restore.id, state.restore.uid).catch((error: unknown) => {
      const problem = problemOf(error, context.trans);
      if (!isOutdated(problem)) {
        throw error;
      }
      // What stands in the way is told by a new plan; of everything else the person is told before there is one.
      refused = problemSlug(problem.type) !== 'restore-blocked';
      if (refused) {
        session.refuse(problem);
      }
      return null;
    });
    if (approved !== null) {
      return follow(context, approved);
    }
  }
}

/** Refusals that another look at the plan answers. */
function isOutdated(problem: Problem): boolean {
  const slug = problemSlug(problem.type);
  return slug === 'plan-expired' || slug === 'object-changed' || slug === 'restore-blocked';
}

const isDirty = (document: IOpenDocument): boolean => document.dirty;
const pathOf = (document: IOpenDocument): string => document.path;

/** A file that can't be saved stops the restore: its edits would be in no snapshot. */
async function savedAll(context: ICommandContext, request: IRestoreRequest, everywhere: boolean): Promise<boolean> {
  const { trans } = context;
  const open = everywhere ? context.documents.list() : openOn(context, request.volume);
  const missed = await context.documents.save(open.filter(isDirty).map(pathOf));
  if (missed.length === 0) {
    return true;
  }
  context.announcer.problem(trans.__('%1 was not restored', request.volumeName), {
    type: 'about:blank',
    title: trans.__('Not saved'),
    status: 409,
    detail: trans.__('Could not be saved first: %1.', missed.join(', ')),
    next: trans.__('Save these files yourself, or restore without saving first.'),
    object: missed[0] ?? null
  });
  return false;
}

/** Shows the card and the messages; resolves when the restore is over or the page stops following it. */
async function follow(context: ICommandContext, approved: Restore): Promise<Outcome> {
  const { model, api } = context.datamark;
  const { showProgress } = await import('../dialogs/restoreProgress');
  const { isFinal } = await import('../dialogs/restoreProgressWords');
  context.followed.add(approved.id);
  context.announcer.restore(approved);
  const over = new AbortController();
  const card = showProgress({ model, restore: approved, language: context, signal: over.signal }).then(async asked => {
    if (asked !== null) {
      await api.cancelOperation(asked.cancel);
    }
  });
  // Handled here and now, so that a refused cancel is told while the restore still runs.
  const told = card.catch((error: unknown) => {
    context.announcer.problem(context.trans.__('Not cancelled'), problemOf(error, context.trans));
  });
  try {
    const followed = AbortSignal.timeout(FOLLOW_MS);
    if (stopsServer(approved)) {
      const prepared = await model.whenRestore(approved.id, isPrepared, followed);
      if (!isFinal(prepared)) {
        over.abort();
        await told;
        await stopForRestore(context, prepared);
      }
    }
    const ended = await model.whenRestore(approved.id, isFinal, followed);
    over.abort();
    await told;
    if (ended.strategy !== 'files') {
      await offerReload(context, ended);
    }
    const { id: restore, phase: state, safetySnapshot, target = null } = ended;
    return { outcome: 'done', restore, state, safetySnapshot, ...(target === null ? {} : { target }) };
  } finally {
    over.abort();
  }
}
