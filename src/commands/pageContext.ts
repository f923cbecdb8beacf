/** Builds the context of the commands from what the page offers; whatever a shell lacks is left out, not assumed. */
import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ITranslator, nullTranslator } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import type { IAnnouncer } from '../announcer';
import type { ILanguage } from '../dialogs/figures';
import { makeFormat } from '../model/format';
import { watchSettings } from '../settings';
import type { IDatamark } from '../tokens';
import type { ICommandContext } from './commandContext';
import { copyText } from './copyText';
import { drawMarkdown } from './drawMarkdown';
import { begunReproductions } from './begunReproductions';
import { followedRestore } from './followedRestore';
import { OpenDocuments } from './openDocuments';
import { OwnServer } from './ownServer';
import { saveFile } from './saveFile';
import { firstOfEachFolder, SHOWN_OF_FOLDER } from './shownEntries';

export interface IPageParts {
  readonly app: JupyterFrontEnd;
  readonly datamark: IDatamark;
  readonly announcer: IAnnouncer | null;
  readonly labShell: ILabShell | null;
  readonly manager: IDocumentManager | null;
  readonly notebooks: INotebookTracker | null;
  readonly fileBrowsers: IFileBrowserFactory | null;
  readonly rendermime: IRenderMimeRegistry | null;
  readonly settings: ISettingRegistry | null;
  readonly translator: ITranslator | null;
}

/** JupyterLab's command that shows a folder. */
const OPEN_PATH = 'filebrowser:open-path';

/** Areas in which documents can be; other shells (Notebook 7) have only the first. */
const LAB_AREAS = ['main', 'left', 'right', 'down'];

export function pageContext(parts: IPageParts): ICommandContext {
  const { app, datamark, fileBrowsers, labShell, manager, notebooks, rendermime } = parts;
  const translation = parts.translator ?? nullTranslator;
  const trans = translation.load('jupyterlab_datamark');
  const language = { trans, format: makeFormat({ trans, locale: translation.languageCode }), now: () => new Date() };
  return {
    ...language,
    commands: app.commands,
    datamark,
    announcer: parts.announcer ?? dialogAnnouncer(language),
    documents: new OpenDocuments({
      shell: app.shell,
      areas: labShell === null ? ['main'] : LAB_AREAS,
      manager,
      notebooks
    }),
    settings: watchSettings(parts.settings),
    followed: new Set(),
    followedRestore: followedRestore(),
    begun: begunReproductions(),
    server: new OwnServer(app.serviceManager.serverSettings),
    runningKernels: () =>
      [...app.serviceManager.sessions.running()].filter(({ kernel }) => kernel !== null).map(({ path }) => path),
    kernelOf: path =>
      [...app.serviceManager.sessions.running()].find(session => session.path === path)?.kernel?.id ?? null,
    newKey: () => UUID.uuid4(),
    selectedPath: () => {
      const browser = fileBrowsers?.tracker.currentWidget;
      const selected = browser === null || browser === undefined ? undefined : browser.selectedItems().next().value;
      return selected?.path ?? browser?.model.path ?? null;
    },
    selectedPaths: () => [...(fileBrowsers?.tracker.currentWidget?.selectedItems() ?? [])].map(({ path }) => path),
    pickPaths:
      manager === null
        ? null
        : async folder => {
            const { FileDialog } = await import('@jupyterlab/filebrowser');
            const { value } = await FileDialog.getOpenFiles({
              manager,
              translator: translation,
              title: trans.__('Files and folders to copy back'),
              defaultPath: folder,
              filter: firstOfEachFolder(),
              label: trans.__(
                'Of a folder with more than %1 files only some are listed. You can write the path of any other.',
                language.format.count(SHOWN_OF_FOLDER)
              )
            });
            return (value ?? []).map(({ path }) => path);
          },
    showFolder: async path => {
      if (app.commands.hasCommand(OPEN_PATH)) {
        await app.commands.execute(OPEN_PATH, { path: path === '' ? '/' : path });
        labShell?.activateById('filebrowser');
      } else {
        // A notebook page of Notebook 7 has no file browser; folders have a page of their own.
        const { baseUrl } = app.serviceManager.serverSettings;
        window.open(URLExt.join(baseUrl, 'tree', URLExt.encodeParts(path)), '_blank', 'noopener');
      }
    },
    openFile: manager === null ? null : path => void manager.openOrReveal(path),
    drawMarkdown: rendermime === null ? null : (text, host) => drawMarkdown(rendermime, text, host),
    saveFile,
    openPage: address => {
      window.open(address, '_blank', 'noopener');
    },
    copyText
  };
}

/** Where messages are switched off, only what failed is told, in a dialog; the panel tells the rest. */
function dialogAnnouncer(language: ILanguage): IAnnouncer {
  const silent = () => undefined;
  return {
    snapshot: silent,
    clone: silent,
    restore: silent,
    info: silent,
    problem: (headline, problem) => {
      void import('../dialogs/problemDetails').then(({ showProblem }) => showProblem(headline, problem, language));
    }
  };
}
