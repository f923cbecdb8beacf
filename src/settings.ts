/**
 * The user's settings, typed and with their defaults; the schema is schema/plugin.json.
 * Everything that depends on a setting reads it here, at the moment it is needed.
 */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ISignal, Signal } from '@lumino/signaling';
import { z } from 'zod';
import { NOTE_MAX } from '../contract';

/** Id of the schema that holds all settings. */
export const SETTINGS_ID = 'jupyterlab-datamark:plugin';

/** Each value falls back to its default alone, so that one bad entry does not lose the others. */
const Settings = z.object({
  /** Keep the panel up to date while it is visible. */
  live: z.boolean().catch(true),
  defaultNote: z.string().max(NOTE_MAX).catch(''),
  askBeforeSnapshot: z.boolean().catch(true),
  askForCloneName: z.boolean().catch(true),
  notebookButton: z.boolean().catch(true),
  askForTitleOnNotebookButton: z.boolean().catch(false),
  saveBeforeSnapshot: z.boolean().catch(true)
});

/** All settings, as they hold now. */
export type Settings = Readonly<z.infer<typeof Settings>>;

/** Settings that may change while the page is open. */
export interface ISettingsSource {
  readonly current: Settings;
  readonly changed: ISignal<ISettingsSource, void>;
}

/** Reads settings out of whatever the registry holds; unknown and wrong values become defaults. */
export const readSettings = (composite: unknown): Settings =>
  Settings.parse(typeof composite === 'object' && composite !== null ? composite : {});

class RegistrySettings implements ISettingsSource {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);

  get current(): Settings {
    return this._current;
  }

  set(composite: unknown): void {
    this._current = readSettings(composite);
    (this.changed as Signal<this, void>).emit();
  }

  private _current = readSettings({});
}

/** Settings that are the defaults until the registry has answered, and stay so where there is no registry. */
export function watchSettings(registry: ISettingRegistry | null): ISettingsSource {
  const source = new RegistrySettings();
  registry?.load(SETTINGS_ID).then(
    settings => {
      const take = () => {
        source.set(settings.composite);
      };
      settings.changed.connect(take);
      take();
    },
    () => {
      // Without its schema (a page of another server) the defaults hold.
      source.set({});
    }
  );
  return source;
}
