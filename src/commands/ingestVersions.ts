/** The command that makes a fixed version of arrived data: clone it, and tag the runs of the notebook in front with it. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { FixedVersions, Mirror, TrainOnVersion } from '../../contract';
import { parseArgs, TrainArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { findMirror } from './ingestTarget';
import { CANCELLED, type Outcome } from './outcome';

/** Always shows the ways: what is read afterwards depends on which is gone. */
export async function trainOnVersion(context: ICommandContext, args: ReadonlyPartialJSONObject): Promise<Outcome> {
  const { datamark, documents, trans, announcer } = context;
  const asked = parseArgs(TrainArgs, args, trans);
  const mirror = await findMirror(context, asked.mirror, {
    title: trans.__('Train on the data of which volume?'),
    accept: trans.__('Choose')
  });
  if (mirror === null) {
    return CANCELLED;
  }
  const versions = await datamark.api.fixedVersions(mirror.id);
  const path = documents.currentNotebook();
  const notebook = path === null ? null : { path, kernel: context.kernelOf(path) };
  const { askVersion } = await import('../dialogs/mirrorVersions');
  const chosen = await askVersion({
    mirror,
    versions,
    clone: asked.clone ?? (await suggestedName(mirror, versions, context)),
    taken: datamark.model.clones.state === 'ready' ? datamark.model.clones.items : [],
    notebook,
    copy: context.copyText,
    serverTime: datamark.mirrors.now(),
    language: context
  });
  if (chosen === null) {
    return CANCELLED;
  }
  const kernel = chosen.pin ? (notebook?.kernel ?? null) : null;
  const body: TrainOnVersion = {
    uid: mirror.uid,
    way: chosen.way,
    exported: versions.data.snapshot,
    clone: chosen.clone,
    kernel,
    notebook: kernel === null ? null : path
  };
  const made = await datamark.api.trainOnVersion(mirror.id, body, context.newKey());
  announcer.clone(made.clone);
  if (made.pin !== null) {
    datamark.lineage.pins.told(made.pin);
    const { fileName } = await import('../dialogs/figures');
    announcer.info(
      trans.__('Runs that %1 begins from now on name %2.', fileName(path ?? ''), made.exported ?? made.snapshot)
    );
  }
  if (made.problem !== null) {
    announcer.problem(trans.__('The clone is made, but runs are not tagged with it'), made.problem);
  }
  return { outcome: 'started', clone: made.clone.id, snapshot: made.snapshot, exported: made.exported };
}

/** Named after the volume and the moment of the data. */
async function suggestedName(
  { volumeName }: Mirror,
  { data }: FixedVersions,
  { now }: ICommandContext
): Promise<string> {
  const { suggestCloneName } = await import('../dialogs/nameClone');
  return suggestCloneName(volumeName, data.known ? new Date(data.asOf) : now());
}
