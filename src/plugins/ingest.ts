/** Plugin `:ingest`: one message when the data of a volume becomes older than its guard allows. It asks nothing by itself. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Mirror } from '../../contract';
import { makeFormat } from '../model/format';
import { ToldStale } from '../model/toldStale';
import { CommandIDs, IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:ingest',
  description: 'Tells when replicated data becomes older than its volume allows.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    datamark: IDatamark,
    translator: ITranslator | null,
    database: IStateDB | null
  ): void => {
    const { mirrors } = datamark;
    const words = translator ?? nullTranslator;
    const trans = words.load('jupyterlab_datamark');
    const format = makeFormat({ trans, locale: words.languageCode });
    const { commands } = app;
    const told = new ToldStale(database);
    const tell = async (mirror: Mirror): Promise<void> => {
      if (!(await told.isNew(mirror))) {
        return;
      }
      const { staleWords } = await import('../panel/ingest/mirrorWords');
      const show = {
        label: trans.__('Show'),
        caption: trans.__('Show the mirrors in the panel'),
        callback: () => void commands.execute(CommandIDs.showIngest)
      };
      Notification.warning(staleWords(mirror, mirrors.now(), format, trans), {
        autoClose: false,
        actions: commands.hasCommand(CommandIDs.showIngest) ? [show] : []
      });
    };
    mirrors.changed.connect(() => void told.look(mirrors.found?.items ?? [], mirrors.now()));
    mirrors.becameStale.connect((_, mirror) => void tell(mirror));
  }
};

export default plugin;
