/**
 * The files that are open on this page: which have edits that are not on disk, saving them, and reading them again.
 * Nothing here ever throws an edit away: a dirty document is never reverted.
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { showsContentOf } from './shownContent';

/** An open file, by its path below the server's root. */
export interface IOpenDocument {
  readonly path: string;
  readonly dirty: boolean;
}

/**
 * What a file that is open looks like on disk now. `touched`: the same content, though JupyterLab takes it for changed;
 * `unknown`: it could not be compared.
 */
export type OnDisk = 'same' | 'touched' | 'changed' | 'gone' | 'unknown';

export interface IOpenDocuments {
  list(): readonly IOpenDocument[];
  /** Path of the notebook the person works in, or null. */
  currentNotebook(): string | null;
  /** Saves those of these files that are dirty; answers with the paths that could not be saved. */
  save(paths: readonly string[]): Promise<readonly string[]>;
  /** Compares what is shown (for a dirty file: what was last loaded or saved) with what is on disk. */
  onDisk(path: string): Promise<OnDisk>;
  /** Reads clean files from disk again; answers with the paths that were not (dirty meanwhile, or failed). */
  reload(paths: readonly string[]): Promise<readonly string[]>;
}

export interface IOpenDocumentsOptions {
  readonly shell: JupyterFrontEnd.IShell;
  /** Areas of the shell in which documents can be. */
  readonly areas: readonly string[];
  readonly manager: IDocumentManager | null;
  readonly notebooks: INotebookTracker | null;
}

export class OpenDocuments implements IOpenDocuments {
  constructor(private readonly _options: IOpenDocumentsOptions) {}

  list(): readonly IOpenDocument[] {
    return [...this._contexts()].map(([path, context]) => ({ path, dirty: context.model.dirty }));
  }

  currentNotebook(): string | null {
    const context = this._options.notebooks?.currentWidget?.context;
    return context === undefined ? null : this._serverPath(context);
  }

  async save(paths: readonly string[]): Promise<readonly string[]> {
    return this._each(paths, async context => {
      if (context.model.dirty) {
        await context.save();
      }
      return !context.model.dirty;
    });
  }

  async reload(paths: readonly string[]): Promise<readonly string[]> {
    return this._each(paths, async context => {
      if (context.model.dirty) {
        return false;
      }
      await context.revert();
      return true;
    });
  }

  async onDisk(path: string): Promise<OnDisk> {
    const context = this._contexts().get(path);
    const contents = this._options.manager?.services.contents;
    const shown = context?.contentsModel;
    if (context === undefined || contents === undefined || shown === null || shown === undefined) {
      return 'unknown';
    }
    try {
      const now = await contents.get(context.path, { content: false, hash: true });
      // The page keeps no size (docregistry, `Context._updateContentsModel`), and a time says nothing of content.
      const hashed = isText(now.hash) && isText(shown.hash) && now.hash_algorithm === shown.hash_algorithm;
      if (hashed && now.hash === shown.hash) {
        return 'same';
      }
      const moved = hashed || now.last_modified !== shown.last_modified;
      if (context.model.dirty && !moved) {
        return 'same';
      }
      if (!isText(shown.hash) && context.model.toString() === '') {
        // Its view holds no content, as with a video: reading it again costs nothing and claims nothing.
        return moved ? 'touched' : 'same';
      }
      const file = await contents.get(context.path, { content: true, type: shown.type });
      if (showsContentOf(context.model, file)) {
        return moved ? 'touched' : 'same';
      }
      // Without a hash there is no telling whether the edits or the disk make the difference.
      return context.model.dirty && !hashed ? 'unknown' : 'changed';
    } catch (error) {
      return responseStatus(error) === 404 ? 'gone' : 'unknown';
    }
  }

  private async _each(
    paths: readonly string[],
    act: (context: DocumentRegistry.Context) => Promise<boolean>
  ): Promise<readonly string[]> {
    const missed: string[] = [];
    for (const path of paths) {
      const context = this._contexts().get(path);
      const done = context === undefined ? false : await act(context).catch(() => false);
      if (!done) {
        missed.push(path);
      }
    }
    return missed;
  }

  private _contexts(): Map<string, DocumentRegistry.Context> {
    const { shell, areas, manager } = this._options;
    const found = new Map<string, DocumentRegistry.Context>();
    for (const area of manager === null ? [] : areas) {
      for (const widget of shell.widgets(area)) {
        const context = manager?.contextForWidget(widget);
        const path = context === undefined ? null : this._serverPath(context);
        if (context !== undefined && path !== null) {
          found.set(path, context);
        }
      }
    }
    return found;
  }

  /** Null for a file of another drive, which lies on none of this server's volumes. */
  private _serverPath(context: DocumentRegistry.Context): string | null {
    const contents = this._options.manager?.services.contents;
    const drive = contents?.driveName(context.path) ?? '';
    // Real-time collaboration serves the server's own files under a drive of that name.
    return drive === '' || drive === 'RTC' ? (contents?.localPath(context.path) ?? context.path) : null;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Status of the answer that an error of the contents API carries (services, `ServerConnection.ResponseError`). */
function responseStatus(error: unknown): number | null {
  const response = typeof error === 'object' && error !== null && 'response' in error ? error.response : null;
  return typeof response === 'object' &&
    response !== null &&
    'status' in response &&
    typeof response.status === 'number'
    ? response.status
    : null;
}
