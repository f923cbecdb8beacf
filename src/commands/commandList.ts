/** Every command of Datamark that needs no panel: its words, when it can be used, and what runs. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import {
  cloneIcon,
  datamarkIcon,
  holdIcon,
  openIcon,
  restoreIcon,
  snapshotIcon,
  trashIcon,
  undoIcon,
  updateIcon
} from '../icons';
import { CommandIDs } from '../tokens';
import {
  CloneSnapshotArgs,
  CloneVolumeArgs,
  FilesBackArgs,
  FolderArgs,
  HoldArgs,
  NoArgs,
  NoteArgs,
  OneCloneArgs,
  OneSnapshotArgs,
  OneVolumeArgs,
  OperationArgs,
  RenameArgs,
  ShowVolumeArgs,
  SnapshotArgs,
  StopArgs,
  UndoArgs
} from './commandArguments';
import type { ICommandContext } from './commandContext';
import { ingestEntries } from './ingestEntries';
import { lineageEntries } from './lineageEntries';
import {
  whyNoSnapshot,
  whyNotAtAll,
  whyNotCancel,
  whyNotClone,
  whyNotElsewhere,
  whyNotRelease,
  whyNotRetry,
  whyNotSnapshot,
  whyNotStop,
  whyNotUndo,
  whyNotVolume
} from './reasons';
import type { ICommandEntry } from './registerCommands';

type Args = ReadonlyPartialJSONObject;
type Entries = readonly ICommandEntry[];

/** An argument that names something, or null: what is selected is meant. */
const asked = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The palette lists words without the row they belong to. */
const inPalette = (args: Args): boolean => args.isPalette === true;

/** All entries, bound to one page. */
export function commandList(context: ICommandContext): Entries {
  return [
    ...making(context),
    ...changing(context),
    ...cloning(context),
    ...restoring(context),
    ...lineageEntries(context),
    ...ingestEntries(context),
    ...viewing(context)
  ];
}

/** The volume a command would take: as far as it is known now. */
function volumeOf({ datamark }: ICommandContext, args: Args) {
  const { model } = datamark;
  const wanted = asked(args.volume);
  if (wanted === null) {
    return model.selectedVolume;
  }
  return model.volumes.state === 'ready'
    ? (model.volumes.items.find(volume => volume.id === wanted || volume.name === wanted) ?? null)
    : null;
}

function making(context: ICommandContext): Entries {
  const { trans, datamark } = context;
  const { model } = datamark;
  return [
    {
      id: CommandIDs.createSnapshot,
      label: args => {
        const volume = args.volume === undefined ? null : volumeOf(context, args);
        return volume === null ? trans.__('Snapshot Volume…') : trans.__('Snapshot %1…', volume.name);
      },
      caption: trans.__('Keep every file of a volume as it is now'),
      icon: snapshotIcon,
      args: SnapshotArgs,
      whyNot: args => whyNotVolume(model, 'snapshot', volumeOf(context, args), trans),
      headline: trans.__('No snapshot'),
      run: async (one, args) => (await import('./snapshotCommands')).createSnapshot(one, args)
    },
    {
      id: CommandIDs.snapshotFolder,
      label: args =>
        inPalette(args)
          ? trans.__('Snapshot Volume of File Browser Folder…')
          : trans.__('Snapshot This Folder’s Volume…'),
      caption: trans.__('Keep every file of the volume that holds this folder as it is now'),
      icon: snapshotIcon,
      args: FolderArgs,
      whyNot: () => whyNotAtAll(model, 'snapshot', trans),
      headline: trans.__('No snapshot'),
      run: async (one, args) => (await import('./snapshotCommands')).snapshotFolder(one, args)
    },
    {
      id: CommandIDs.retrySnapshot,
      label: () => trans.__('Retry Snapshot'),
      caption: trans.__('Make a failed snapshot again'),
      icon: snapshotIcon,
      args: OneSnapshotArgs,
      whyNot: args => whyNotRetry(model, asked(args.snapshot), trans),
      headline: trans.__('No snapshot'),
      run: async (one, args) => (await import('./snapshotCommands')).retrySnapshot(one, args)
    }
  ];
}

function changing(context: ICommandContext): Entries {
  const { trans, datamark } = context;
  const { model } = datamark;
  return [
    {
      id: CommandIDs.renameSnapshot,
      label: () => trans.__('Rename Snapshot…'),
      caption: trans.__('Change the title; the name stays'),
      args: RenameArgs,
      whyNot: args => whyNotSnapshot(model, 'hold', asked(args.snapshot), trans),
      headline: trans.__('Not renamed'),
      run: async (one, args) => (await import('./snapshotCommands')).renameSnapshot(one, args)
    },
    {
      id: CommandIDs.editNote,
      label: args => (inPalette(args) ? trans.__('Edit Snapshot Note…') : trans.__('Edit Note…')),
      caption: trans.__('Say why this moment matters'),
      args: NoteArgs,
      whyNot: args => whyNotSnapshot(model, 'hold', asked(args.snapshot), trans),
      headline: trans.__('Note not saved'),
      run: async (one, args) => (await import('./snapshotCommands')).editNote(one, args)
    },
    {
      id: CommandIDs.holdSnapshot,
      label: () => trans.__('Hold Snapshot…'),
      caption: trans.__('It can’t be deleted until it is released'),
      icon: holdIcon,
      args: HoldArgs,
      whyNot: args => whyNotSnapshot(model, 'hold', asked(args.snapshot), trans),
      headline: trans.__('Not held'),
      run: async (one, args) => (await import('./snapshotCommands')).holdSnapshot(one, args)
    },
    {
      id: CommandIDs.releaseSnapshot,
      label: () => trans.__('Release Snapshot'),
      caption: trans.__('End the hold: it can be deleted again'),
      icon: holdIcon,
      args: OneSnapshotArgs,
      whyNot: args => whyNotRelease(model, asked(args.snapshot), trans),
      headline: trans.__('Not released'),
      run: async (one, args) => (await import('./snapshotCommands')).releaseSnapshot(one, args)
    },
    {
      id: CommandIDs.deleteSnapshot,
      label: () => trans.__('Delete Snapshot…'),
      caption: trans.__('Says what is lost and asks first'),
      icon: trashIcon,
      args: OneSnapshotArgs,
      whyNot: args => whyNotSnapshot(model, 'delete', asked(args.snapshot), trans),
      headline: trans.__('Not deleted'),
      run: async (one, args) => (await import('./snapshotCommands')).deleteSnapshot(one, args)
    }
  ];
}

function cloning(context: ICommandContext): Entries {
  const { trans, datamark } = context;
  const { model } = datamark;
  return [
    {
      id: CommandIDs.cloneSnapshot,
      label: () => trans.__('Clone Snapshot…'),
      caption: trans.__('Make a writable copy of this snapshot'),
      icon: cloneIcon,
      args: CloneSnapshotArgs,
      whyNot: args => whyNotSnapshot(model, 'clone', asked(args.snapshot), trans),
      headline: trans.__('No clone'),
      run: async (one, args) => (await import('./cloneCommands')).cloneSnapshot(one, args)
    },
    {
      id: CommandIDs.cloneVolume,
      label: args => {
        const volume = args.volume === undefined ? null : volumeOf(context, args);
        return volume === null ? trans.__('Clone Volume…') : trans.__('Clone %1…', volume.name);
      },
      caption: trans.__('Make a writable copy of a volume as it is now'),
      icon: cloneIcon,
      args: CloneVolumeArgs,
      whyNot: args => whyNotVolume(model, 'clone', volumeOf(context, args), trans),
      headline: trans.__('No clone'),
      run: async (one, args) => (await import('./cloneCommands')).cloneVolume(one, args)
    },
    {
      id: CommandIDs.openClone,
      label: () => trans.__('Open Clone'),
      caption: trans.__('Show it in the file browser'),
      icon: openIcon,
      args: OneCloneArgs,
      whyNot: args => whyNotClone(model, null, asked(args.clone), trans),
      headline: trans.__('Not opened'),
      run: async (one, args) => (await import('./cloneCommands')).openClone(one, args)
    },
    {
      id: CommandIDs.deleteClone,
      label: () => trans.__('Delete Clone…'),
      caption: trans.__('Says what is lost and asks first'),
      icon: trashIcon,
      args: OneCloneArgs,
      whyNot: args => whyNotClone(model, 'delete', asked(args.clone), trans),
      headline: trans.__('Not deleted'),
      run: async (one, args) => (await import('./cloneCommands')).deleteClone(one, args)
    }
  ];
}

function restoring(context: ICommandContext): Entries {
  const { trans, datamark } = context;
  const { model } = datamark;
  return [
    {
      id: CommandIDs.restoreSnapshot,
      label: () => trans.__('Restore Snapshot…'),
      caption: trans.__('Shows what would change and asks first; can be undone'),
      icon: restoreIcon,
      args: OneSnapshotArgs,
      whyNot: args => whyNotSnapshot(model, 'restore', asked(args.snapshot), trans),
      headline: trans.__('Not restored'),
      run: async (one, args) => (await import('./restoreCommands')).restoreSnapshot(one, args)
    },
    {
      id: CommandIDs.restoreFiles,
      label: () => trans.__('Copy Files Back…'),
      caption: trans.__('Put chosen files of this snapshot into a new folder; nothing is replaced'),
      icon: restoreIcon,
      args: FilesBackArgs,
      whyNot: args => whyNotSnapshot(model, 'files', asked(args.snapshot), trans),
      headline: trans.__('Nothing was copied back'),
      run: async (one, args) => (await import('./copyFilesBack')).copyFilesBack(one, args)
    },
    {
      id: CommandIDs.undoRestore,
      label: () => trans.__('Undo Restore…'),
      caption: trans.__('Back to what was there before the newest restore; asks first'),
      icon: undoIcon,
      args: UndoArgs,
      whyNot: args => whyNotUndo(model, asked(args.restore), trans),
      headline: trans.__('Nothing was undone'),
      run: async (one, args) => (await import('./restoreCommands')).undoRestore(one, args)
    },
    {
      id: CommandIDs.stopServer,
      label: args => (inPalette(args) ? trans.__('Stop Server for a Restore…') : trans.__('Stop Server Now…')),
      caption: trans.__('A restore is prepared and waits for it; open files are saved first'),
      icon: restoreIcon,
      args: StopArgs,
      whyNot: args => whyNotStop(model, asked(args.restore), trans),
      headline: trans.__('Your server was not stopped'),
      run: async (one, args) => (await import('./stopServer')).stopServer(one, args)
    },
    {
      id: CommandIDs.cancelOperation,
      label: args => (inPalette(args) ? trans.__('Cancel Operation') : trans.__('Cancel')),
      caption: trans.__('Possible until data is changed'),
      args: OperationArgs,
      whyNot: args => whyNotCancel(model, asked(args.operation), trans),
      headline: trans.__('Not cancelled'),
      run: async (one, args) => (await import('./viewCommands')).cancelOperation(one, args)
    }
  ];
}

function viewing(context: ICommandContext): Entries {
  const { trans, datamark } = context;
  const { model } = datamark;
  return [
    {
      id: CommandIDs.showVolume,
      label: () => trans.__('Show Volume in File Browser'),
      caption: trans.__('Open the folder of this volume'),
      icon: openIcon,
      args: ShowVolumeArgs,
      whyNot: () => whyNotAtAll(model, null, trans),
      headline: trans.__('Not shown'),
      run: async (one, args) => (await import('./viewCommands')).showVolume(one, args)
    },
    {
      id: CommandIDs.copyName,
      label: args => (inPalette(args) ? trans.__('Copy Snapshot Name') : trans.__('Copy Name')),
      caption: trans.__('Put the name of the snapshot on the clipboard'),
      args: OneSnapshotArgs,
      whyNot: args => whyNoSnapshot(model, asked(args.snapshot), trans),
      headline: trans.__('Not copied'),
      run: async (one, args) => (await import('./viewCommands')).copyName(one, args)
    },
    {
      id: CommandIDs.lookElsewhere,
      label: () => trans.__('Look for Snapshots Made Elsewhere'),
      caption: trans.__('List also those that were not made with Datamark, where they are many'),
      icon: updateIcon,
      args: OneVolumeArgs,
      whyNot: args => whyNotElsewhere(model, volumeOf(context, args), trans),
      headline: trans.__('Not looked for'),
      run: async (one, args) => (await import('./viewCommands')).lookElsewhere(one, args)
    },
    {
      id: CommandIDs.refresh,
      label: () => trans.__('Refresh'),
      caption: trans.__('Look at everything again'),
      icon: updateIcon,
      args: NoArgs,
      whyNot: () => null,
      headline: trans.__('Not refreshed'),
      run: async one => (await import('./viewCommands')).refresh(one)
    },
    {
      id: CommandIDs.showStatus,
      label: () => trans.__('Show Status'),
      caption: trans.__('Connection, versions, what is off and why'),
      icon: datamarkIcon,
      args: NoArgs,
      whyNot: () => null,
      headline: trans.__('No status'),
      run: async one => (await import('./viewCommands')).showStatus(one)
    }
  ];
}
