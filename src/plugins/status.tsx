/** Plugin `:status`: one line in the status bar, from what the page already knows. It never asks by itself. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { makeFormat } from '../model/format';
import { StatusItem } from '../panel/statusItem';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:status',
  description: 'Shows in the status bar how old the newest snapshot of the selected volume is.',
  autoStart: true,
  requires: [IDatamark],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    if (statusBar === null) {
      return;
    }
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const { model } = datamark;
    const { commands } = app;
    const item = new StatusItem({
      model,
      trans,
      format: makeFormat({ trans, locale: words.languageCode }),
      onClick: () => {
        if (commands.hasCommand(CommandIDs.openPanel)) {
          void commands.execute(CommandIDs.openPanel);
        }
      }
    });
    statusBar.registerStatusItem(plugin.id, {
      item,
      align: 'right',
      rank: 50,
      isActive: () => model.selectedVolume !== null,
      activeStateChanged: item.appeared
    });
  }
};

export default plugin;
