/** The commands about mirrors. They are not shown where no source of mirrors is set up. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Capability, Mirror } from '../../contract';
import { closeIcon, runIcon, undoIcon, updateIcon } from '../icons';
import { isOver } from '../model/whenUpdated';
import { CommandIDs } from '../tokens';
import { MirrorArgs, TrainArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { whyNotAtAll } from './reasons';
import type { ICommandEntry } from './registerCommands';

type Args = ReadonlyPartialJSONObject;
type Verb = keyof Mirror['can'];

/** The one an argument names, as far as it is known here. */
function named({ datamark }: ICommandContext, { mirror }: Args): Mirror | null {
  return (
    datamark.mirrors.found?.items.find(
      one => one.id === mirror || one.volume === mirror || one.volumeName === mirror
    ) ?? null
  );
}

/** Why it can't be done, and what would mend that; null: it can. */
const off = (can: Capability): string | null => (can.available ? null : `${can.reason} ${can.fix}`.trim());

/** All entries, bound to one page. */
export function ingestEntries(context: ICommandContext): readonly ICommandEntry[] {
  const { trans, datamark } = context;
  const { model, mirrors } = datamark;
  const known = (args: Args) => named(context, args);
  const whyNot = () => {
    const general = whyNotAtAll(model, null, trans);
    const none = mirrors.content.state === 'ready' && mirrors.content.found.items.length === 0;
    return general ?? (none ? trans.__('No mirror into a volume here is known.') : null);
  };
  const whyNotThis = (verb: Verb) => (args: Args) => {
    const mirror = known(args);
    return whyNot() ?? (mirror === null ? null : off(mirror.can[verb]));
  };
  /** In a menu of a row only where this mirror, and this person, can; in the palette where there are mirrors. */
  const visible = (verb: Verb) => (args: Args) =>
    mirrors.isShown && (typeof args.mirror !== 'string' || known(args)?.can[verb].available === true);
  const label = (long: string, short: string) => (args: Args) => (args.isPalette === true ? long : short);
  return [
    {
      id: CommandIDs.updateMirror,
      label: label(trans.__('Update Mirrored Data Now'), trans.__('Update Now')),
      caption: trans.__('Begin a transfer from the source now'),
      icon: updateIcon,
      args: MirrorArgs,
      visible: () => mirrors.isShown,
      whyNot: whyNotThis('update'),
      headline: trans.__('Not updated'),
      run: async (one, args) => (await import('./ingestCommands')).updateMirror(one, args)
    },
    {
      id: CommandIDs.cancelMirrorUpdate,
      label: label(trans.__('Cancel Update of Mirrored Data'), trans.__('Cancel Update')),
      caption: trans.__('End the transfer that was asked for; what has arrived before stays'),
      icon: closeIcon,
      args: MirrorArgs,
      visible: () => mirrors.isShown,
      whyNot: args => {
        const mirror = known(args);
        if (mirror === null) {
          return whyNot();
        }
        const { update } = mirror;
        return update === null || isOver(update)
          ? trans.__('No update was asked for that runs.')
          : (whyNot() ?? off(update.cancel));
      },
      headline: trans.__('Not cancelled'),
      run: async (one, args) => (await import('./ingestCommands')).cancelMirrorUpdate(one, args)
    },
    {
      id: CommandIDs.trainOnVersion,
      label: label(trans.__('Train on Version of Mirrored Data…'), trans.__('Train on This Version…')),
      caption: trans.__('Clone the data as it has arrived, so that no transfer changes it, and tag runs with it'),
      icon: runIcon,
      args: TrainArgs,
      visible: () => mirrors.isShown,
      whyNot,
      headline: trans.__('No version to train on'),
      run: async (one, args) => (await import('./ingestVersions')).trainOnVersion(one, args)
    },
    {
      id: CommandIDs.promoteMirror,
      label: label(trans.__('Promote Mirror…'), trans.__('Promote…')),
      caption: trans.__('Make the destination writable; replication stops'),
      args: MirrorArgs,
      visible: visible('promote'),
      whyNot: whyNotThis('promote'),
      headline: trans.__('Not promoted'),
      run: async (one, args) => (await import('./ingestCommands')).promoteMirror(one, args)
    },
    {
      id: CommandIDs.resyncMirror,
      label: label(trans.__('Resync Mirror…'), trans.__('Resync…')),
      caption: trans.__('Replicate again; what was written to the destination since is overwritten'),
      icon: undoIcon,
      args: MirrorArgs,
      visible: visible('resync'),
      whyNot: whyNotThis('resync'),
      headline: trans.__('Not resynchronized'),
      run: async (one, args) => (await import('./ingestCommands')).resyncMirror(one, args)
    }
  ];
}
