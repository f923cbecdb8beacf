/** Every route over a real Unix socket: what it asks of the provider and what it answers. */
import { createHash } from 'node:crypto';
import { problemSlug, type Problem } from '../../contract';
import { ProblemError } from './problemError';
import { fillIndex, sampleClone, sampleVolume } from './testing/sampleObjects';
import { startTestSidecar, type TestSidecar } from './testing/testSidecar';

const VOLUME = 'home-0a1b2c3d';
const SNAPSHOT = 'home.20261119-140803z-a1b2';
const KEY = 'a-key-of-the-client';
const operationKey = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

let sidecar: TestSidecar;

beforeEach(async () => {
  sidecar = await startTestSidecar();
  fillIndex(sidecar.index);
});

afterEach(() => sidecar.stop());

const changes = (): [string, ...unknown[]][] =>
  sidecar.provider.calls.filter(([name]) => name !== 'start' && name !== 'refresh');

describe('reading', () => {
  it('tells who answers', async () => {
    const answer = await sidecar.send('GET', '/status');
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toMatchObject({
      state: 'running',
      version: '1.2.3',
      pid: process.pid,
      startedAt: '2026-11-20T08:00:00.000Z',
      provider: { kind: 'local' }
    });
  });

  it.each([
    ['/volumes', { items: [{ id: VOLUME }] }],
    [`/volumes/${VOLUME}`, { id: VOLUME }],
    [`/volumes/${VOLUME}/snapshots`, { total: 1, items: [{ name: SNAPSHOT }], nextCursor: null }],
    [`/snapshots/${SNAPSHOT}`, { name: SNAPSHOT }],
    ['/clones', { items: [{ id: 'home.sweep-12' }] }],
    ['/restores', { items: [{ id: 'restore-1' }] }],
    ['/restores/restore-1', { id: 'restore-1' }],
    ['/operations', { items: [{ id: 'operation-1' }] }]
  ])('GET %s answers from the index', async (path, expected) => {
    const answer = await sidecar.send('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject(expected);
    expect(changes()).toEqual([]);
  });

  it('ignores unknown query parameters, as JupyterLab adds its time to every address', async () => {
    expect((await sidecar.send('GET', '/volumes?1763812345678')).status).toBe(200);
    expect((await sidecar.send('GET', `/volumes/${VOLUME}/snapshots?1763812345678`)).status).toBe(200);
  });

  it('tells the revision that a page was read from', async () => {
    const page = (await sidecar.send('GET', `/volumes/${VOLUME}/snapshots`)).json();
    expect(page).toMatchObject({ revision: sidecar.index.position });
  });

  it('lists clones, restores and operations newest first', async () => {
    sidecar.index.upsert(sampleClone({ id: 'home.newer', createdAt: '2026-11-20T00:00:00.000Z' }));
    sidecar.index.upsert(sampleClone({ id: 'home.older', createdAt: '2026-11-01T00:00:00.000Z' }));
    const { items } = (await sidecar.send('GET', '/clones')).json() as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).toEqual(['home.newer', 'home.sweep-12', 'home.older']);
  });
});

describe('changing', () => {
  it.each([
    ['POST', `/volumes/${VOLUME}/snapshots`, { title: ' a ' }, 202, 'createSnapshot'],
    ['PATCH', `/snapshots/${SNAPSHOT}`, { uid: 'snapshot-uid', title: 'b' }, 200, 'updateSnapshot'],
    ['POST', `/snapshots/${SNAPSHOT}/retry`, undefined, 202, 'retrySnapshot'],
    ['DELETE', `/snapshots/${SNAPSHOT}?dryRun`, undefined, 200, 'planSnapshotDelete'],
    ['DELETE', `/snapshots/${SNAPSHOT}?dryRun=false&uid=snapshot-uid`, undefined, 202, 'deleteSnapshot'],
    ['DELETE', `/snapshots/${SNAPSHOT}?uid=snapshot-uid`, undefined, 202, 'deleteSnapshot'],
    ['POST', `/snapshots/${SNAPSHOT}/clones`, { name: 'sweep-13' }, 202, 'createClone'],
    ['POST', `/volumes/${VOLUME}/clones`, undefined, 202, 'createClone'],
    ['DELETE', '/clones/home.sweep-12?dryRun=true', undefined, 200, 'planCloneDelete'],
    ['DELETE', '/clones/home.sweep-12?uid=clone-uid', undefined, 202, 'deleteClone'],
    ['POST', '/restores', { snapshot: SNAPSHOT }, 202, 'planRestore'],
    ['POST', '/restores', { snapshot: SNAPSHOT, volume: VOLUME }, 202, 'planRestore'],
    ['POST', '/restores/restore-1/approve', { uid: 'restore-uid' }, 202, 'approveRestore'],
    ['POST', '/restores/restore-1/undo', undefined, 202, 'undoRestore'],
    ['DELETE', '/operations/operation-1', undefined, 202, 'cancelOperation']
  ])('%s %s asks the provider once', async (method, path, body, status, call) => {
    const answer = await sidecar.send(method, path, { body });
    expect(answer.status).toBe(status);
    expect(changes().map(([name]) => name)).toEqual([call]);
  });

  it('gives the provider the request with defaults filled in', async () => {
    await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`, { body: { title: ' a ', later: 1 } });
    expect(changes()).toEqual([
      ['createSnapshot', VOLUME, { title: 'a', note: '', heldUntil: null, notebook: null }, { operationKey: null }]
    ]);
  });

  it('hands on the first 16 hex digits of the SHA-256 of the Idempotency-Key', async () => {
    await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`, { body: {}, headers: { 'Idempotency-Key': KEY } });
    expect(sidecar.provider.calls.at(-1)?.at(-1)).toEqual({ operationKey: operationKey(KEY) });
  });

  it('makes snapshots of several volumes in order, each with a key of its own, and goes on behind a refusal', async () => {
    sidecar.index.upsert(sampleVolume({ id: 'data-1', name: 'data' }));
    sidecar.index.upsert(sampleVolume({ id: 'data-2', name: 'more data' }));
    sidecar.provider.before = (call, volume): void => {
      if (call === 'createSnapshot' && volume === 'data-1') {
        throw new ProblemError('disk-full', { detail: 'data is full.', next: 'Delete something.', object: 'data' });
      }
    };
    const answer = await sidecar.send('POST', '/snapshots', {
      body: { volumes: [VOLUME, 'data-1', 'nowhere', 'data-2'], title: 'all' },
      headers: { 'Idempotency-Key': KEY }
    });
    expect(answer.status).toBe(202);
    const { items } = answer.json() as { items: { created: boolean; volume: string; problem?: Problem }[] };
    expect(items.map(({ volume, created }) => [volume, created])).toEqual([
      [VOLUME, true],
      ['data-1', false],
      ['nowhere', false],
      ['data-2', true]
    ]);
    expect(items.map(({ problem }) => problemSlug(problem?.type ?? ''))).toEqual([
      null,
      'disk-full',
      'volume-not-found',
      null
    ]);
    const keys = sidecar.provider.calls.slice(1).map(call => (call.at(-1) as { operationKey: string }).operationKey);
    expect(keys).toEqual([VOLUME, 'data-1', 'data-2'].map(volume => operationKey(`${KEY}\n${volume}`)));
  });
});
