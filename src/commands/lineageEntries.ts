/** The commands about runs of MLflow. They are not shown where nothing is set for MLflow. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { fileIcon, holdIcon, lineageIcon, runIcon } from '../icons';
import { modelIn } from '../model/runOrModel';
import { CommandIDs } from '../tokens';
import { DataCardArgs, LinkArgs, NotebookArgs, PinArgs, ReproduceArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { whyNoSnapshot, whyNotAtAll } from './reasons';
import type { ICommandEntry } from './registerCommands';

type Args = ReadonlyPartialJSONObject;

/** All entries, bound to one page. */
export function lineageEntries(context: ICommandContext): readonly ICommandEntry[] {
  const { trans, datamark } = context;
  const { model, lineage } = datamark;
  const visible = () => lineage.isShown;
  const whyNot = () =>
    whyNotAtAll(model, null, trans) ?? (lineage.isShown ? null : trans.__('MLflow is not set up here.'));
  const whyNotThis = ({ snapshot }: Args) =>
    whyNot() ?? whyNoSnapshot(model, typeof snapshot === 'string' ? snapshot : null, trans);
  return [
    {
      id: CommandIDs.linkRun,
      label: args => (args.isPalette === true ? trans.__('Link Snapshot to Run…') : trans.__('Link to Run…')),
      caption: trans.__('Write down with a run of MLflow that it used this snapshot'),
      icon: lineageIcon,
      args: LinkArgs,
      visible,
      whyNot: whyNotThis,
      headline: trans.__('Not linked'),
      run: async (one, args) => (await import('./lineageCommands')).linkRun(one, args)
    },
    {
      id: CommandIDs.pinSnapshot,
      label: args =>
        args.isPalette === true ? trans.__('Pin Snapshot for Notebook') : trans.__('Pin for This Notebook'),
      caption: trans.__('Runs that the notebook’s kernel begins from now on are tagged with this snapshot'),
      icon: holdIcon,
      args: PinArgs,
      visible,
      whyNot: whyNotThis,
      headline: trans.__('Not pinned'),
      run: async (one, args) => (await import('./lineageCommands')).pinSnapshot(one, args)
    },
    {
      id: CommandIDs.unpinNotebook,
      label: () => trans.__('Unpin Snapshots for Notebook'),
      caption: trans.__('Runs of the notebook’s kernel are not tagged any more by a pin of the panel'),
      args: NotebookArgs,
      visible,
      whyNot,
      headline: trans.__('Not unpinned'),
      run: async (one, args) => (await import('./lineageCommands')).unpinNotebook(one, args)
    },
    {
      id: CommandIDs.reproduce,
      label: ({ isPalette, of }) => {
        if (isPalette === true) {
          return trans.__('Reproduce Run or Model…');
        }
        const version = versionIn(of);
        return version === null ? trans.__('Reproduce…') : trans.__('Reproduce %1…', version);
      },
      caption: trans.__('Clone the data of a run, and write a notebook that runs it again on that'),
      icon: runIcon,
      args: ReproduceArgs,
      visible,
      whyNot,
      headline: trans.__('Not reproduced'),
      run: async (one, args) => (await import('./reproduce')).reproduce(one, args)
    },
    {
      id: CommandIDs.showDataCard,
      label: ({ isPalette, of }) => {
        if (isPalette === true) {
          return trans.__('Show Data Card…');
        }
        const version = versionIn(of);
        return version === null ? trans.__('Data Card…') : trans.__('Data Card of %1…', version);
      },
      caption: trans.__('Which data a model version was made with, as a document'),
      icon: fileIcon,
      args: DataCardArgs,
      visible,
      whyNot,
      headline: trans.__('No data card'),
      run: async (one, args) => (await import('./reproduce')).showDataCard(one, args)
    }
  ];
}

/** What a version is called, of which a menu may have several; null: no version is given. */
const versionIn = (of: unknown): string | null => (typeof of === 'string' ? modelIn(of) : null);
