/** @jest-environment jsdom */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { StateDB } from '@jupyterlab/statedb';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import type { Mirror } from '../../contract';
import { NOW } from '../testing/fakePage';
import { until } from '../testing/fakeServer';
import { sampleMirror } from '../testing/mirrorSamples';
import { CommandIDs, type IDatamark } from '../tokens';
import plugin from './ingest';

const aged = (minutes: number, uid = 'mirror-1'): Mirror =>
  sampleMirror({
    uid,
    data: { known: true, asOf: new Date(NOW.getTime() - minutes * 60_000).toISOString(), snapshot: null },
    guard: { maxAgeSeconds: 3600, setBy: 'annotation', state: 'fresh' }
  });

/** One page from its load on. */
function page(database: StateDB | null) {
  const mirrors = { now: () => NOW, found: { items: [] as Mirror[] } };
  const [changed, becameStale] = [new Signal<object, void>(mirrors), new Signal<object, Mirror>(mirrors)];
  const commands = new CommandRegistry();
  let shown = 0;
  commands.addCommand(CommandIDs.showIngest, {
    execute: () => {
      shown += 1;
    }
  });
  const datamark = { mirrors: Object.assign(mirrors, { changed, becameStale }) } as unknown as IDatamark;
  void plugin.activate({ commands } as unknown as JupyterFrontEnd, datamark, null, database);
  return {
    shown: () => shown,
    tell: (mirror: Mirror, isStale: boolean): void => {
      mirrors.found.items = [mirror];
      changed.emit();
      if (isStale) {
        becameStale.emit(mirror);
      }
    }
  };
}

const messages = (): string[] => Notification.manager.notifications.map(({ message }) => message);

afterEach(() => Notification.manager.notifications.forEach(({ id }) => Notification.manager.dismiss(id)));

it('says once that data is too old, and leads to the mirrors', async () => {
  const { tell, shown } = page(null);
  tell(aged(61), true);
  await until(() => messages().length === 1);
  expect(messages()[0]).toContain('The data in home is as of 1 h 1 min ago. At most 1 h are allowed.');
  const [show] = Notification.manager.notifications[0]?.options.actions ?? [];
  show?.callback({} as MouseEvent);
  expect(shown()).toBe(1);
});

it('says it no second time after a reload, but of another mirror, and again after it was fresh', async () => {
  const database = new StateDB();
  page(database).tell(aged(61), true);
  await until(() => messages().length === 1);

  const reloaded = page(database);
  reloaded.tell(aged(62), true);
  reloaded.tell(aged(61, 'mirror-2'), true);
  await until(() => messages().length === 2);

  reloaded.tell(aged(1), false);
  reloaded.tell(aged(61), true);
  await until(() => messages().length === 3);
  expect(messages().join()).not.toContain('1 h 2 min');
});

it('goes on where nothing can be kept', async () => {
  const broken = new StateDB();
  broken.fetch = () => Promise.reject(new Error('no'));
  broken.save = () => Promise.reject(new Error('no'));
  page(broken).tell(aged(61), true);
  await until(() => messages().length === 1);
});
