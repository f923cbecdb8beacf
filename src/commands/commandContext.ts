/** What every command works with; made once by the plugin that registers the commands. */
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { IAnnouncer } from '../announcer';
import type { ILanguage } from '../dialogs/figures';
import type { ISettingsSource } from '../settings';
import type { IDatamark } from '../tokens';
import type { IBegunReproductions } from './begunReproductions';
import type { IFollowedRestore } from './followedRestore';
import type { IOpenDocuments } from './openDocuments';
import type { IOwnServer } from './ownServer';

export interface ICommandContext extends ILanguage {
  readonly commands: CommandRegistry;
  readonly datamark: IDatamark;
  readonly documents: IOpenDocuments;
  readonly settings: ISettingsSource;
  readonly announcer: IAnnouncer;
  /** Ids of restores that a command of this page follows to their end. */
  readonly followed: Set<string>;
  /** The restore for which this page's server was stopped; outlives the reload. */
  readonly followedRestore: IFollowedRestore;
  /** Reproductions that wait for their clones; outlives the reload. */
  readonly begun: IBegunReproductions;
  readonly server: IOwnServer;
  /** Paths of the notebooks and consoles whose kernels run. */
  readonly runningKernels: () => readonly string[];
  /** Id of the kernel that runs for a notebook or console, or null. */
  readonly kernelOf: (path: string) => string | null;
  /** A key that makes a repeated request answer with what the first one made. */
  readonly newKey: () => string;
  /** Path of what is selected in the file browser (or its folder), or null. */
  readonly selectedPath: () => string | null;
  /** Paths of the files and folders that are selected in the file browser. */
  readonly selectedPaths: () => readonly string[];
  /** Lets a person choose files and folders, beginning in a folder; null: the page has no way to. */
  readonly pickPaths: ((folder: string) => Promise<readonly string[]>) | null;
  /** Shows a folder in the file browser. */
  readonly showFolder: (path: string) => Promise<void>;
  /** Opens a file of the file browser; null: the page has no way to. */
  readonly openFile: ((path: string) => void) | null;
  /** Draws Markdown into an element until it is disposed; null: the page has no way to. */
  readonly drawMarkdown: ((text: string, host: HTMLElement) => IDisposable) | null;
  /** Gives a file to the person, as a download. */
  readonly saveFile: (content: Blob, name: string) => void;
  /** Opens a page of the platform in a new tab. */
  readonly openPage: (address: string) => void;
  readonly copyText: (text: string) => Promise<void>;
}
