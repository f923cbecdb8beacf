/** Totals per owner from pages of everybody's snapshots, as far as the account may see them. */
import { OwnerList } from '../../../../../contract';
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import type { KubernetesApi } from '../client/kubernetesApi';
import { annotations, labels, MANAGED_BY } from '../names';
import { listOwners } from './listOwners';

const NOW = new Date('2026-11-22T12:00:00Z');
const GROUP = 'snapshot.storage.k8s.io';

let server: ApiServer;
let api: KubernetesApi;
let read: number[];

beforeEach(async () => {
  server = await ApiServer.start();
  api = testApi({ url: server.url, namespace: 'mine' });
  read = [];
});
afterEach(async () => {
  await api.dispose();
  await server.stop();
});

interface Made {
  readonly owner?: string;
  readonly namespace?: string;
  readonly origin?: string;
  readonly heldUntil?: string;
  readonly size?: string | null;
  readonly day?: number;
  readonly foreign?: boolean;
}
let made = 0;
const make = ({
  owner,
  namespace = 'hub',
  origin = 'datamark',
  heldUntil,
  size = '1Gi',
  day = 1,
  foreign
}: Made): void => {
  made += 1;
  server.store.create({
    apiVersion: `${GROUP}/v1`,
    kind: 'VolumeSnapshot',
    metadata: {
      name: `snapshot-${made}`,
      namespace,
      labels: {
        [labels.origin]: origin,
        ...(foreign === true ? {} : { [labels.managedBy]: MANAGED_BY }),
        ...(owner === undefined ? {} : { [labels.owner]: owner })
      },
      annotations: heldUntil === undefined ? {} : { [annotations.heldUntil]: heldUntil }
    },
    spec: { source: { persistentVolumeClaimName: 'claim' } },
    status: {
      creationTime: new Date(Date.UTC(2026, 10, day)).toISOString(),
      readyToUse: size !== null,
      ...(size === null ? {} : { restoreSize: size })
    }
  });
};
const list = (namespaces: readonly string[] = [], ownNamespace: string | null = 'mine'): Promise<OwnerList> =>
  listOwners({ api, namespaces, ownNamespace, now: NOW, progress: count => void read.push(count) });

it('adds up per namespace and owner, most snapshots first, and leaves out what others made', async () => {
  make({ owner: 'ann', day: 5 });
  make({ owner: 'ann', day: 3, origin: 'auto' });
  make({ owner: 'ann', day: 9, heldUntil: 'forever' });
  make({ owner: 'ann', namespace: 'other' });
  make({ owner: 'bob', heldUntil: '2026-11-22T11:59:59Z' });
  make({ owner: 'bob', heldUntil: '2026-11-22T12:00:01Z', size: null });
  make({ foreign: true, owner: 'cy' });
  make({});

  const found = await list();

  expect(OwnerList.parse(found)).toEqual(found);
  expect(found).toMatchObject({ namespaces: null, refused: [], snapshots: 7 });
  expect(found.items.slice(0, 2)).toEqual([
    {
      namespace: 'hub',
      owner: 'ann',
      snapshots: 3,
      automatic: 1,
      held: 1,
      notReady: 0,
      oldest: '2026-11-03T00:00:00.000Z',
      newest: '2026-11-09T00:00:00.000Z',
      restoreSize: { known: true, bytes: 3 * 2 ** 30 }
    },
    expect.objectContaining({
      owner: 'bob',
      snapshots: 2,
      held: 1,
      notReady: 1,
      restoreSize: { known: false, reason: '1 of 2 snapshots don’t say it.' }
    })
  ]);
  expect(found.items.slice(2).map(({ namespace, owner }) => `${namespace} ${owner ?? '–'}`)).toEqual([
    'hub –',
    'other ann'
  ]);
});

it('reads in pages and tells how far it is', async () => {
  for (let number = 0; number < 1100; number += 1) {
    make({ owner: `user-${number % 7}` });
  }
  expect((await list()).snapshots).toBe(1100);
  expect(read).toEqual([500, 1000, 1100]);
});

it('counts nothing twice when the pages expire on the way', async () => {
  for (let number = 0; number < 700; number += 1) {
    make({ owner: 'ann' });
  }
  server.fault({ path: /volumesnapshots.*continue=/ }, { kind: 'status', status: 410, reason: 'Expired' });
  expect((await list()).items.map(({ snapshots }) => snapshots)).toEqual([700]);
});

it('looks only where it is told to', async () => {
  make({ owner: 'ann' });
  make({ owner: 'ann', namespace: 'other' });
  const found = await list(['other']);
  expect(found).toMatchObject({ namespaces: ['other'], snapshots: 1 });
  expect(server.requests.map(({ path }) => path)).toEqual([`/apis/${GROUP}/v1/namespaces/other/volumesnapshots`]);
});

describe('without the right to list in the whole cluster', () => {
  const SNAPSHOTS = { verbs: ['list'], apiGroups: [GROUP], resources: ['volumesnapshots'] };

  beforeEach(() => {
    make({ owner: 'ann', namespace: 'mine' });
    make({ owner: 'bob', namespace: 'hub' });
    make({ owner: 'bob', namespace: 'closed' });
  });

  it('takes each namespace that it may, and names the others', async () => {
    for (const name of ['mine', 'hub', 'closed']) {
      server.store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    server.rules = [
      { verbs: ['list'], apiGroups: [''], resources: ['namespaces'] },
      { ...SNAPSHOTS, namespace: 'mine' },
      { ...SNAPSHOTS, namespace: 'hub' }
    ];
    const found = await list();
    expect([found.namespaces?.toSorted(), found.refused]).toEqual([['hub', 'mine'], ['closed']]);
    expect(found.snapshots).toBe(2);
  });

  it('takes its own namespace where it may not even list namespaces', async () => {
    server.rules = [{ ...SNAPSHOTS, namespace: 'mine' }];
    expect(await list()).toMatchObject({ namespaces: ['mine'], refused: [], snapshots: 1 });
  });

  it('says so where nothing tells its own', async () => {
    server.rules = [{ ...SNAPSHOTS, namespace: 'mine' }];
    await expect(list([], null)).rejects.toMatchObject({ reason: 'NoNamespace' });
  });

  it('fails where it may list nothing', async () => {
    server.rules = [];
    await expect(list()).rejects.toMatchObject({ status: 403 });
  });
});
