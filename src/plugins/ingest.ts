/** Plugin `:ingest`: one message when the data of a volume becomes older than its guard allows. It asks nothing by itself. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { makeFormat } from '../model/format';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:ingest',
  description: 'Tells when replicated data becomes older than its volume allows.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, datamark: IDatamark, translator: ITranslator | null): void => {
    const { mirrors } = datamark;
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const format = makeFormat({ trans, locale: words.languageCode });
    const { commands } = app;
    mirrors.becameStale.connect((_, mirror) => {
      void import('../panel/ingest/mirrorWords').then(({ staleWords }) => {
        const show = {
          label: trans.__('Show'),
          caption: trans.__('Show the mirrors in the panel'),
          callback: () => void commands.execute(CommandIDs.showIngest)
        };
        Notification.warning(staleWords(mirror, mirrors.now(), format, trans), {
          autoClose: false,
          actions: commands.hasCommand(CommandIDs.showIngest) ? [show] : []
        });
      });
    });
  }
};

export default plugin;
