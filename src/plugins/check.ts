/** Plugin `:check`: the command that looks at everything Datamark needs here, and the tab that shows what it found. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import { copyText } from '../commands/copyText';
import { makeFormat } from '../model/format';
import type { CheckPanel } from '../panel/check/checkPanel';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:check',
  description: 'Shows what Datamark can do here, what it can’t, and who can mend that.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): void => {
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const { commands, shell } = app;
    let panel: CheckPanel | null = null;

    const open = async (): Promise<CheckPanel> => {
      const { CheckPanel } = await import('../panel/check/checkPanel');
      if (panel === null || panel.isDisposed) {
        const format = makeFormat({ trans, locale: words.languageCode });
        panel = new CheckPanel({ api: datamark.api, trans, format, copyText });
      }
      if (!panel.isAttached) {
        shell.add(panel, 'main');
      }
      shell.activateById(panel.id);
      return panel;
    };

    commands.addCommand(CommandIDs.check, {
      label: trans.__('Check What Datamark Can Do Here'),
      caption: trans.__('What is missing here, why, and who can mend it'),
      icon: listIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => {
        const { model } = await open();
        await model.look();
        const { content } = model;
        return content.state === 'ready'
          ? { outcome: 'done', summary: { ...content.report.summary } }
          : { outcome: 'failed' };
      }
    });
    palette?.addItem({ command: CommandIDs.check, category: trans.__('Datamark') });
  }
};

export default plugin;
