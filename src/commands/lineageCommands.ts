/** Commands about runs of MLflow: link one to a snapshot, pin a snapshot for a notebook’s kernel, end that. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { type LinkedSnapshot, problem, type Relation, type Snapshot } from '../../contract';
import type { RunsLook } from '../model/runsLook';
import { LinkArgs, NotebookArgs, parseArgs, PinArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { snapshotAsked } from './openRow';
import { CANCELLED, type Outcome } from './outcome';
import { RefusedError } from './problemOf';

type Args = ReadonlyPartialJSONObject;

export async function linkRun(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans, announcer } = context;
  const asked = parseArgs(LinkArgs, args, trans);
  const snapshot = await datamark.api.snapshot(snapshotAsked(datamark.model, asked.snapshot, trans));
  const chosen: { run: string; relation: Relation } | null =
    asked.run === undefined
      ? await (await import('../dialogs/linkRun')).askRun(snapshot, looksFor(context, snapshot), context)
      : { run: asked.run, relation: asked.relation ?? 'before-run' };
  if (chosen === null) {
    return CANCELLED;
  }
  const { run, relation } = chosen;
  const linked = await datamark.api.linkRun({
    run,
    snapshots: [{ name: snapshot.name, uid: snapshot.uid, relation }]
  });
  datamark.lineage.outdated();
  const { snapshotLabel } = await import('../dialogs/words');
  const label = snapshotLabel(snapshot);
  const why = linked.problem === null ? '' : ` ${linked.problem.detail}`;
  announcer.info(
    linked.state === 'written'
      ? trans.__('The run %1 names %2 now.%3', run, label, why)
      : trans.__('The link of %1 to the run %2 waits on the snapshot until MLflow takes it.%3', label, run, why)
  );
  return { outcome: 'done', run, snapshot: snapshot.name, state: linked.state };
}

/** Where the runs to choose from are: of the notebook in front, and of the volume. */
function looksFor({ datamark, documents }: ICommandContext, snapshot: Snapshot): [RunsLook, RunsLook] {
  const { lineage } = datamark;
  const volume = lineage.of({ kind: 'volume', id: snapshot.volume });
  const path = documents.currentNotebook();
  return [volume, path === null ? volume : lineage.of({ kind: 'notebook', path })];
}

export async function pinSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans, announcer } = context;
  const asked = parseArgs(PinArgs, args, trans);
  const { path, kernel } = kernelAsked(context, asked.path);
  const snapshot = await datamark.api.snapshot(snapshotAsked(datamark.model, asked.snapshot, trans));
  const before = await datamark.api.pinned(kernel);
  const pinned = await datamark.api.pin({
    kernel,
    notebook: path,
    snapshots: [
      { name: snapshot.name, uid: snapshot.uid, relation: 'before-run' },
      ...before.snapshots.filter(one => !isOfVolume(one, snapshot)).flatMap(asPinned)
    ]
  });
  datamark.lineage.pins.told(pinned);
  const { fileName } = await import('../dialogs/figures');
  announcer.info(
    trans.__(
      'Runs that %1 begins from now on name %2, until it is unpinned or the kernel ends.',
      fileName(path),
      pinned.snapshots.map(one => one.snapshot).join(', ')
    )
  );
  return { outcome: 'done', kernel, snapshots: pinned.snapshots.map(one => one.snapshot) };
}

export async function unpinNotebook(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans, announcer } = context;
  const asked = parseArgs(NotebookArgs, args, trans);
  const { path, kernel } = kernelAsked(context, asked.path);
  datamark.lineage.pins.told(await datamark.api.unpin(kernel));
  const { fileName } = await import('../dialogs/figures');
  announcer.info(
    trans.__('No snapshot is pinned from outside for %1. A pin made in the notebook itself stays.', fileName(path))
  );
  return { outcome: 'done', kernel };
}

function kernelAsked(context: ICommandContext, asked: string | undefined): { path: string; kernel: string } {
  const { documents, trans } = context;
  const path = asked ?? documents.currentNotebook();
  const kernel = path === null ? null : context.kernelOf(path);
  if (path === null || kernel === null) {
    throw new RefusedError(
      problem('invalid-request', {
        detail: path === null ? trans.__('No notebook is open in front.') : trans.__('No kernel runs for %1.', path),
        next: trans.__('Open the notebook and start its kernel, then try again.'),
        object: path
      })
    );
  }
  return { path, kernel };
}

/** Links call a volume by its claim or by its directory. */
const isOfVolume = ({ volume }: LinkedSnapshot, snapshot: Snapshot): boolean =>
  volume === snapshot.volume || volume === snapshot.volumeName;

const asPinned = ({ snapshot: name, uid, relation }: LinkedSnapshot) =>
  uid === null || relation === null ? [] : [{ name, uid, relation }];
