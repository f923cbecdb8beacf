/** The button in the notebook toolbar and its command: one click makes a snapshot of the notebook's volume. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { IAnnouncer } from '../announcer';
import { NotebookArgs } from '../commands/commandArguments';
import { pageContext } from '../commands/pageContext';
import { whyNotVolume } from '../commands/reasons';
import { followReasons, registerCommand } from '../commands/registerCommands';
import { NotebookSnapshots } from '../commands/snapshotNotebook';
import { datamarkIcon } from '../icons';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:notebook',
  description: 'A button in the notebook toolbar that makes a snapshot of the notebook’s volume.',
  autoStart: true,
  requires: [IDatamark, INotebookTracker],
  optional: [IAnnouncer, ILabShell, IDocumentManager, ISettingRegistry, ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    notebooks: INotebookTracker,
    announcer: IAnnouncer | null,
    labShell: ILabShell | null,
    manager: IDocumentManager | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const context = pageContext({
      app,
      datamark,
      announcer,
      labShell,
      manager,
      notebooks,
      fileBrowsers: null,
      rendermime: null,
      settings,
      translator
    });
    const { trans } = context;
    const { model } = datamark;
    const snapshots = new NotebookSnapshots(context);
    const command = CommandIDs.snapshotNotebook;
    const whyNot = () => {
      const path = context.documents.currentNotebook();
      if (path === null) {
        return trans.__('No notebook is open.');
      }
      return whyNotVolume(model, 'snapshot', model.volumeOfPath(path), trans);
    };
    registerCommand(context, {
      id: command,
      // The toolbar shows the icon alone.
      label: args => (args.button === true ? '' : trans.__('Snapshot Volume of This Notebook')),
      caption: trans.__('Snapshot the volume of this notebook'),
      icon: datamarkIcon,
      args: NotebookArgs,
      whyNot,
      visible: args => args.button !== true || context.settings.current.notebookButton,
      headline: trans.__('No snapshot'),
      run: (_, args) => snapshots.run(args)
    });
    palette?.addItem({ command, category: trans.__('Datamark') });
    context.settings.changed.connect(() => {
      app.commands.notifyCommandChanged(command);
    });
    const follow = followReasons(app.commands, [{ id: command, whyNot }]);
    model.changed.connect(follow);
    notebooks.currentChanged.connect(follow);
  }
};

export default plugin;
