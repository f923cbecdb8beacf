/** Plugin `:panel`: the side panel, and the commands that bring it or one of its rows into view. */
import { type JupyterFrontEnd, type JupyterFrontEndPlugin, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { snapshotAsked } from '../commands/openRow';
import { whyNoSnapshot } from '../commands/reasons';
import { followReasons } from '../commands/registerCommands';
import { datamarkIcon, updateIcon } from '../icons';
import { makeFormat } from '../model/format';
import { DatamarkPanel } from '../panel/datamarkPanel';
import { PanelState } from '../panel/panelState';
import { keepState } from '../panel/savedState';
import { showSnapshot } from '../panel/showSnapshot';
import { watchSettings } from '../settings';
import { CommandIDs, IDatamark } from '../tokens';

/** Place in the side bar: below JupyterLab's own panels. */
const RANK = 450;

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:panel',
  description: 'Shows volumes, their snapshots and clones in a side panel.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator, ILayoutRestorer, IStateDB, ISettingRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    database: IStateDB | null,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null
  ): void => {
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const { model, lineage, mirrors } = datamark;
    const { commands, shell } = app;
    const settings = watchSettings(registry);
    const state = new PanelState();
    const panel = new DatamarkPanel({
      model,
      lineage,
      mirrors,
      commands,
      trans,
      format: makeFormat({ trans, locale: words.languageCode }),
      state,
      live: () => settings.current.live
    });
    settings.changed.connect(() => panel.followLive());
    shell.add(panel, 'left', { rank: RANK, type: 'Datamark' });
    restorer?.add(panel, panel.id);
    void keepState(state, model, database);

    const open = () => {
      // Some pages of Notebook have no side areas: there the panel opens beside the document.
      if (!panel.isAttached) {
        shell.add(panel, 'main');
      }
      shell.activateById(panel.id);
    };
    commands.addCommand(CommandIDs.openPanel, {
      label: trans.__('Show Datamark'),
      caption: trans.__('Volumes, their snapshots and clones'),
      icon: datamarkIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        open();
        return { outcome: 'done' };
      }
    });
    palette?.addItem({ command: CommandIDs.openPanel, category: trans.__('Datamark') });
    commands.addCommand(CommandIDs.showIngest, {
      label: trans.__('Show Mirrors'),
      caption: trans.__('How old replicated data is, and whether replication is healthy'),
      icon: updateIcon,
      isVisible: () => mirrors.isShown,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        state.setOpen('ingest', true);
        open();
        return { outcome: 'done' };
      }
    });
    palette?.addItem({ command: CommandIDs.showIngest, category: trans.__('Datamark') });
    const asked = (args: { readonly snapshot?: unknown }): string | null =>
      typeof args.snapshot === 'string' ? args.snapshot : null;
    const whyNotShown = (name: string | null) => whyNoSnapshot(model, name, trans);
    commands.addCommand(CommandIDs.showSnapshot, {
      label: trans.__('Show in Timeline'),
      caption: args => whyNotShown(asked(args)) ?? trans.__('Opens the panel at this snapshot'),
      icon: datamarkIcon,
      isEnabled: args => whyNotShown(asked(args)) === null,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            snapshot: { type: 'string', description: trans.__('Name of a snapshot; left out: that of the open row.') }
          }
        }
      },
      execute: async args => {
        const name = snapshotAsked(model, asked(args) ?? undefined, trans);
        open();
        const row = await showSnapshot(datamark, state, name);
        if (row >= 0) {
          panel.showRow(row);
        }
        return { outcome: row >= 0 ? 'done' : 'not-found', snapshot: name };
      }
    });
    palette?.addItem({ command: CommandIDs.showSnapshot, category: trans.__('Datamark') });
    const whyNot = () => whyNotShown(null);
    model.timeline.changed.connect(followReasons(commands, [{ id: CommandIDs.showSnapshot, whyNot }]));
  }
};

export default plugin;
