/** Announces what became of the things that were started on this page. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IAnnouncer } from '../announcer';
import { makeFormat } from '../model/format';
import { Toaster } from '../notifications/toaster';
import { IDatamark } from '../tokens';

/** A message waits a day at most; rows and footer go on telling. */
const FOLLOW_MS = 24 * 3600 * 1000;
/** A busy page takes some seconds to draw its first message. */
const DRAWN_MS = 10_000;

const plugin: JupyterFrontEndPlugin<IAnnouncer> = {
  id: 'jupyterlab-datamark:notifications',
  description: 'Tells what became of a snapshot, clone or restore that was started on this page.',
  autoStart: true,
  requires: [IDatamark],
  optional: [ITranslator],
  provides: IAnnouncer,
  activate: (app: JupyterFrontEnd, datamark: IDatamark, translator: ITranslator | null): IAnnouncer => {
    const translation = translator ?? nullTranslator;
    const trans = translation.load('jupyterlab_datamark');
    const format = makeFormat({ trans, locale: translation.languageCode });
    return new Toaster({
      model: datamark.model,
      commands: app.commands,
      language: { trans, format, now: () => new Date() },
      followMs: FOLLOW_MS,
      drawnMs: DRAWN_MS
    });
  }
};

export default plugin;
