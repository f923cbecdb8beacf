/** Plugin `:lineage`: the command that shows which runs and models used a snapshot, and the tab that shows it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { openedSnapshot } from '../commands/openRow';
import { chooseVolume, loadModel } from '../commands/targets';
import { lineageIcon } from '../icons';
import { makeFormat } from '../model/format';
import { followFrontNotebook } from '../model/frontNotebook';
import type { LineagePanel } from '../panel/lineage/lineagePanel';
import { PanelState } from '../panel/panelState';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:lineage',
  description: 'Shows which runs and models of MLflow used which snapshots.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator, ICommandPalette, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null
  ): void => {
    const { api, model, lineage, mirrors } = datamark;
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const { commands, shell } = app;
    const format = makeFormat({ trans, locale: words.languageCode });
    let panel: LineagePanel | null = null;

    const opened = async (): Promise<LineagePanel> => {
      const { LineagePanel } = await import('../panel/lineage/lineagePanel');
      if (panel === null || panel.isDisposed) {
        const environment = { model, lineage, mirrors, commands, trans, format, state: new PanelState() };
        panel = new LineagePanel({ environment, api });
      }
      return panel;
    };

    if (notebooks !== null) {
      followFrontNotebook(notebooks, lineage.pins);
    }

    /** The notebook in front, where it lies on this volume. */
    const notebookOn = (volume: string): string | null => {
      const path = notebooks?.currentWidget?.context.path ?? null;
      return path !== null && model.volumeOfPath(path)?.id === volume ? path : null;
    };

    commands.addCommand(CommandIDs.showLineage, {
      label: args => (args.isPalette === true ? trans.__('Show Lineage') : trans.__('Lineage…')),
      caption: () =>
        lineage.isShown
          ? trans.__('Which runs and models used which snapshots')
          : trans.__('MLflow is not set up here.'),
      icon: args => (args.isMenu === true ? undefined : lineageIcon),
      isEnabled: () => lineage.isShown,
      isVisible: () => lineage.isShown,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            snapshot: { type: 'string', description: trans.__('Name of a snapshot; left out: that of the open row.') },
            volume: { type: 'string', description: trans.__('Id or name of a volume, for all of its snapshots.') }
          }
        }
      },
      execute: async args => {
        const asked = typeof args.volume === 'string' ? args.volume : undefined;
        const volumes = await loadModel(model, trans);
        const name =
          typeof args.snapshot === 'string' ? args.snapshot : asked === undefined ? openedSnapshot(model) : null;
        const snapshot = name === null ? null : (model.knownSnapshot(name) ?? (await api.snapshot(name)));
        const volume = chooseVolume(model, volumes, snapshot?.volume ?? asked, null, trans);
        const tab = await opened();
        tab.present({ volume, snapshot, notebook: notebookOn(volume.id) });
        if (!tab.isAttached) {
          shell.add(tab, 'main');
        }
        shell.activateById(tab.id);
        return { outcome: 'done', volume: volume.id, snapshot: snapshot?.name ?? null };
      }
    });
    palette?.addItem({
      command: CommandIDs.showLineage,
      category: trans.__('Datamark'),
      args: { isPalette: true }
    });
    lineage.changed.connect(() => follow());
    let before = false;
    const follow = () => {
      if (lineage.isShown !== before) {
        before = lineage.isShown;
        commands.notifyCommandChanged(CommandIDs.showLineage);
      }
    };
  }
};

export default plugin;
