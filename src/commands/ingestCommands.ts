/** Commands that act on a mirror: update it now, end that, promote it, replicate again. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { type Capability, type ConfirmMirror, type Mirror, type MirrorUpdate, problem } from '../../contract';
import { isOver, whenUpdated } from '../model/whenUpdated';
import { MirrorArgs, parseArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { findMirror } from './ingestTarget';
import { CANCELLED, type Outcome } from './outcome';
import { problemOf, RefusedError } from './problemOf';

type Args = ReadonlyPartialJSONObject;

/** An update is followed a day at most; the row goes on telling. */
const FOLLOW_MS = 24 * 3_600_000;

export async function updateMirror(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans, announcer } = context;
  const asked = parseArgs(MirrorArgs, args, trans);
  const mirror = await findMirror(context, asked.mirror, {
    title: trans.__('Update which volume?'),
    accept: trans.__('Update now'),
    among: ({ can }) => can.update.available
  });
  if (mirror === null) {
    return CANCELLED;
  }
  refuseUnlessPossible(mirror, mirror.can.update, context);
  const answered = await datamark.api.updateMirror(mirror.id, context.newKey());
  datamark.mirrors.told(answered);
  const { update } = answered;
  if (update?.alreadyRunning === true) {
    announcer.info(trans.__('A transfer into %1 runs already. No other one was begun.', mirror.volumeName));
  }
  if (update !== null) {
    void follow(context, answered, update);
  }
  return update?.alreadyRunning === true
    ? { outcome: 'already-running', volume: mirror.volume }
    : { outcome: 'started', mirror: mirror.id, update: update?.id ?? null };
}

/** Tells what became of it. */
async function follow(context: ICommandContext, mirror: Mirror, begun: MirrorUpdate): Promise<void> {
  const { datamark, trans, announcer } = context;
  const { volumeName } = mirror;
  try {
    const ended = await whenUpdated(datamark, mirror, begun, AbortSignal.timeout(FOLLOW_MS));
    if (ended.end === 'untold') {
      announcer.info(trans.__('How the update of %1 ended, nobody tells any more.', volumeName));
      return;
    }
    const { update } = ended;
    if (update.state === 'succeeded') {
      const { arrivedWords } = await import('../panel/ingest/mirrorWords');
      announcer.info(arrivedWords(ended.mirror, datamark.mirrors.now(), context.format, trans));
    } else if (update.state === 'cancelled') {
      announcer.info(trans.__('The update of %1 was cancelled. What had arrived before is still there.', volumeName));
    } else {
      announcer.problem(
        trans.__('%1 was not updated', volumeName),
        problem('storage-failed', {
          detail: reasonsOf(update) ?? trans.__('The storage gives no reason.'),
          next: trans.__('Its row in the panel tells more. An admin of the storage can mend it.'),
          object: mirror.id
        })
      );
    }
  } catch (error) {
    announcer.problem(trans.__('How the update of %1 ended is not known', volumeName), problemOf(error, trans));
  }
}

function reasonsOf({ reasons }: MirrorUpdate): string | null {
  const told = reasons.map(({ message, code }) => (code === null ? message : `${message} (${code})`));
  return told.length === 0 ? null : told.join(' ');
}

export async function cancelMirrorUpdate(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(MirrorArgs, args, trans);
  const runs = ({ update }: Mirror) => update !== null && !isOver(update);
  const mirror = await findMirror(context, asked.mirror, {
    title: trans.__('Cancel the update of which volume?'),
    accept: trans.__('Cancel update'),
    among: runs
  });
  if (mirror === null) {
    return CANCELLED;
  }
  const { update } = mirror;
  if (update === null || isOver(update)) {
    throw new RefusedError(
      problem('not-cancellable', {
        detail: trans.__('No update of %1 was asked for that runs.', mirror.volumeName),
        next: trans.__('A transfer that the schedule began is ended on the storage.'),
        object: mirror.id
      })
    );
  }
  refuseUnlessPossible(mirror, update.cancel, context);
  datamark.mirrors.told(await datamark.api.cancelMirrorUpdate(mirror.id));
  return { outcome: 'started', mirror: mirror.id, update: update.id };
}

export const promoteMirror = (context: ICommandContext, args: Args): Promise<Outcome> =>
  confirmed(context, args, 'promote', (id, body) => context.datamark.api.promoteMirror(id, body));

export const resyncMirror = (context: ICommandContext, args: Args): Promise<Outcome> =>
  confirmed(context, args, 'resync', (id, body) => context.datamark.api.resyncMirror(id, body));

/** Asks with the consequences and for the name of the volume, always. */
async function confirmed(
  context: ICommandContext,
  args: Args,
  verb: 'promote' | 'resync',
  request: (id: string, body: ConfirmMirror) => Promise<Mirror>
): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(MirrorArgs, args, trans);
  const mirror = await findMirror(context, asked.mirror, {
    ...(verb === 'promote'
      ? { title: trans.__('Promote the mirror of which volume?'), accept: trans.__('Promote…') }
      : { title: trans.__('Replicate into which volume again?'), accept: trans.__('Resync…') }),
    among: ({ can }) => can[verb].available
  });
  if (mirror === null) {
    return CANCELLED;
  }
  refuseUnlessPossible(mirror, mirror.can[verb], context);
  const { askConfirmMirror } = await import('../dialogs/mirrorConfirm');
  const confirm = await askConfirmMirror(mirror, verb, datamark.mirrors.now(), context);
  if (confirm === null) {
    return CANCELLED;
  }
  datamark.mirrors.told(await request(mirror.id, { uid: mirror.uid, state: mirror.state, confirm }));
  return { outcome: 'started', mirror: mirror.id };
}

function refuseUnlessPossible(mirror: Mirror, can: Capability, { trans }: ICommandContext): void {
  if (!can.available) {
    throw new RefusedError(
      problem('not-supported', {
        detail: can.reason,
        next: can.fix === '' ? trans.__('Ask an admin of the storage.') : can.fix,
        object: mirror.id
      })
    );
  }
}
