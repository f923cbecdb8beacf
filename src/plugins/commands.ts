/** Registers the commands, the palette entries, and tells menus and toolbars when one can or can't be used. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { IAnnouncer } from '../announcer';
import type { ICommandContext } from '../commands/commandContext';
import { commandList } from '../commands/commandList';
import { pageContext } from '../commands/pageContext';
import { followReasons, registerCommand } from '../commands/registerCommands';
import { problemOf } from '../commands/problemOf';
import { watchRestores } from '../commands/reloadOffer';
import { tellFollowed } from '../commands/restoreWithStop';
import { IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:commands',
  description: 'The commands of Datamark, with their palette and menu entries.',
  autoStart: true,
  requires: [IDatamark],
  optional: [
    IAnnouncer,
    ILabShell,
    IDocumentManager,
    INotebookTracker,
    IFileBrowserFactory,
    IRenderMimeRegistry,
    ISettingRegistry,
    ITranslator,
    ICommandPalette
  ],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    announcer: IAnnouncer | null,
    labShell: ILabShell | null,
    manager: IDocumentManager | null,
    notebooks: INotebookTracker | null,
    fileBrowsers: IFileBrowserFactory | null,
    rendermime: IRenderMimeRegistry | null,
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
      fileBrowsers,
      rendermime,
      settings,
      translator
    });
    const entries = commandList(context);
    for (const entry of entries) {
      registerCommand(context, entry);
    }
    const category = context.trans.__('Datamark');
    for (const { id: command } of entries) {
      palette?.addItem({ command, category, args: { isPalette: true } });
    }
    watchRestores(context);
    tellFollowed(context).catch((error: unknown) => {
      context.announcer.problem(
        context.trans.__('How the restore ended is not known'),
        problemOf(error, context.trans)
      );
    });
    goOnWithLeft(context).catch((error: unknown) => {
      context.announcer.problem(
        context.trans.__('A reproduction was begun, and does not go on'),
        problemOf(error, context.trans)
      );
    });
    const follow = followReasons(
      app.commands,
      entries.map(({ id, whyNot }) => ({ id, whyNot: () => whyNot({}) }))
    );
    datamark.model.changed.connect(follow);
    datamark.mirrors.changed.connect(follow);
    // Most commands of the palette act on the open row.
    datamark.model.timeline.changed.connect(follow);
  }
};

/** Loaded only where something was left. */
async function goOnWithLeft(context: ICommandContext): Promise<void> {
  if (context.begun.all().length > 0) {
    await (await import('../commands/reproduce')).goOnWithBegun(context);
  }
}

export default plugin;
