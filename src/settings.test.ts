import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { readSettings, watchSettings } from './settings';

const schema = jest.requireActual<{
  properties: Record<string, { title?: string; description?: string; default: unknown }>;
}>('../schema/plugin.json');

const registryOf = (load: () => Promise<unknown>) => ({ load }) as unknown as ISettingRegistry;

describe('settings', () => {
  it('have the defaults that the schema shows to people, each titled and described', () => {
    const shown = Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, one.default]));
    expect(readSettings({})).toEqual(shown);
    for (const one of Object.values(schema.properties)) {
      expect(one.title).toBeTruthy();
      expect(one.description).toBeTruthy();
    }
  });

  it('keep the good values beside a wrong one', () => {
    const read = readSettings({ live: 'yes', defaultNote: 'for the paper', notebookButton: false, unknown: 1 });
    expect(read).toMatchObject({ live: true, defaultNote: 'for the paper', notebookButton: false });
    expect(read).not.toHaveProperty('unknown');
  });

  it('are the defaults for anything that is not an object', () => {
    expect(readSettings(null)).toEqual(readSettings({}));
    expect(readSettings('{}')).toEqual(readSettings({}));
  });

  it('follow the registry once it has answered', async () => {
    const listeners: (() => void)[] = [];
    const loaded = { composite: { live: false }, changed: { connect: (one: () => void) => listeners.push(one) } };
    const source = watchSettings(registryOf(() => Promise.resolve(loaded)));
    expect(source.current.live).toBe(true);
    await new Promise<void>(resolve => {
      source.changed.connect(() => {
        resolve();
      });
    });
    expect(source.current.live).toBe(false);
    loaded.composite = { live: true };
    listeners.forEach(tell => {
      tell();
    });
    expect(source.current.live).toBe(true);
  });

  it('are the defaults where the schema can not be loaded', async () => {
    const source = watchSettings(registryOf(() => Promise.reject(new Error('404'))));
    await new Promise<void>(resolve => {
      source.changed.connect(() => {
        resolve();
      });
    });
    expect(source.current).toEqual(readSettings({}));
  });
});
