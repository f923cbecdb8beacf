/** Plugin `:api`: provides requests and models to all others. It asks nothing by itself. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { DatamarkApi } from '../api/datamarkApi';
import { browserPage } from '../model/browserPage';
import { DatamarkModel } from '../model/datamarkModel';
import { LineageModel } from '../model/lineageModel';
import { MirrorsModel } from '../model/mirrorsModel';
import { IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<IDatamark> = {
  id: 'jupyterlab-datamark:api',
  description: 'Provides the requests to the Datamark server part, and the state that follows from them.',
  autoStart: true,
  provides: IDatamark,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): IDatamark => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_datamark');
    const api = new DatamarkApi({ serverSettings: app.serviceManager.serverSettings, trans });
    const page = browserPage(document);
    const model = new DatamarkModel({ api, page });
    return {
      api,
      model,
      lineage: new LineageModel({ api, model, page }),
      mirrors: new MirrorsModel({ api, model, page })
    };
  }
};

export default plugin;
