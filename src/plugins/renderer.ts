/** Shows snapshots in cell outputs; the widgets stand in src/renderer. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { makeFormat } from '../model/format';
import { makeRendererFactory } from '../renderer/snapshotRenderer';
import { IDatamark } from '../tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-datamark:renderer',
  description: 'Shows snapshots in cell outputs, with buttons that look at the live state before they act.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IDatamark, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    datamark: IDatamark | null,
    translator: ITranslator | null
  ) => {
    const translation = translator ?? nullTranslator;
    const trans = translation.load('jupyterlab_datamark');
    const language = {
      trans,
      format: makeFormat({ trans, locale: translation.languageCode }),
      now: () => new Date()
    };
    rendermime.addFactory(makeRendererFactory({ commands: app.commands, datamark, language }));
  }
};

export default plugin;
