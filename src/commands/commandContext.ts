/** What every command works with; made once by the plugin that registers the commands. */
import type { CommandRegistry } from '@lumino/commands';
import type { IAnnouncer } from '../announcer';
import type { ILanguage } from '../dialogs/figures';
import type { ISettingsSource } from '../settings';
import type { IDatamark } from '../tokens';
import type { IOpenDocuments } from './openDocuments';

export interface ICommandContext extends ILanguage {
  readonly commands: CommandRegistry;
  readonly datamark: IDatamark;
  readonly documents: IOpenDocuments;
  readonly settings: ISettingsSource;
  readonly announcer: IAnnouncer;
  /** Ids of restores that a command of this page follows to their end. */
  readonly followed: Set<string>;
  /** A key that makes a repeated request answer with what the first one made. */
  readonly newKey: () => string;
  /** Path of what is selected in the file browser (or its folder), or null. */
  readonly selectedPath: () => string | null;
  /** Shows a folder in the file browser. */
  readonly showFolder: (path: string) => Promise<void>;
  /** Opens a page of the platform in a new tab. */
  readonly openPage: (address: string) => void;
  readonly copyText: (text: string) => Promise<void>;
}
