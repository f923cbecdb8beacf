/** Events of what takes long, on the API server stand-in. */
import { ApiServer } from '../../testing/apiServer';
import { testApi } from '../../testing/testApi';
import { until } from '../../testing/until';
import type { AccountRights } from './accountRights';
import { ObjectEvents } from './objectEvents';

const NAMESPACE = 'hub';

let server: ApiServer;
let events: ObjectEvents;
let told: string[];

const rightsOf = (mayList: boolean): AccountRights => ({
  may: () => mayList,
  missing: () => null,
  restoresServed: () => false,
  obstacle: () => null,
  onChange: () => () => undefined
});

const event = (uid: string, type: string, message: string, lastTimestamp: string): void => {
  const involvedObject = { kind: 'PersistentVolumeClaim', name: 'x', uid };
  const metadata = { namespace: NAMESPACE };
  server.store.create({ kind: 'Event', metadata, involvedObject, type, message, lastTimestamp, reason: 'Because' });
};

function observe(mayList = true): void {
  const api = testApi({ url: server.url, namespace: NAMESPACE });
  const services = { api, namespace: NAMESPACE, rights: rightsOf(mayList) };
  events = new ObjectEvents({ services, told: uid => told.push(uid), afterMs: 0 });
}

beforeEach(async () => {
  server = await ApiServer.start();
  told = [];
});

afterEach(async () => {
  await events.dispose();
  await server.stop();
});

it('tells the newest event of an object, a warning before what is normal', async () => {
  observe();
  event('a', 'Normal', 'waiting', '2026-11-22T10:00:00Z');
  event('b', 'Normal', 'of another', '2026-11-22T10:00:00Z');
  events.attend('a');
  await until(() => events.newest('a')?.message === 'waiting');

  event('a', 'Warning', 'quota is used up', '2026-11-22T10:00:01Z');
  event('a', 'Normal', 'still waiting', '2026-11-22T10:00:02Z');

  await until(() => events.newest('a')?.message === 'quota is used up');
  expect(new Set(told)).toEqual(new Set(['a']));
});

it('asks nothing where events may not be read, nor of what was done before its time', async () => {
  observe(false);
  events.attend('a');
  await events.dispose();
  observe();
  events.attend('b');
  await events.dismiss('b');
  event('b', 'Normal', 'late', '2026-11-22T10:00:00Z');

  expect(server.requests).toEqual([]);
  expect(events.newest('b')).toBeNull();
});
