/** What is told of mirrors from both sources, and whom an action goes to. */
import type { MirrorUpdate } from '../../../contract';
import { operationKey } from '../http/operationKey';
import { sampleVolume } from '../testing/sampleObjects';
import { startTestSidecar } from '../testing/testSidecar';
import { ControllerStandIn } from './testing/controllerStandIn';
import { ingestScene, type IngestScene, type IngestSceneOptions } from './testing/ingestScene';
import { sampleAnswer, sampleMirror, sampleTold, UUID } from './testing/sampleMirrors';
import type { ToldMirror } from './controllerWire';

const NO = { available: false, reason: 'You may not.', fix: 'Ask.' } as const;
const RUNNING = { type: 'update', state: 'transferring', bytes: 1, seconds: 1, bytesPerSecond: 1 } as const;

// Each scene begins with TLS, which takes its time on a busy machine.
jest.setTimeout(60_000);

let controller: ControllerStandIn;
const scenes: IngestScene[] = [];

beforeAll(async () => {
  controller = await ControllerStandIn.start();
});

afterAll(() => controller.stop());

beforeEach(() => {
  controller.requests.splice(0);
  tells(sampleTold());
});

afterEach(() => Promise.all(scenes.splice(0).map(scene => scene.dispose())));

/** Lists these; an action answers the first. */
function tells(...items: readonly ToldMirror[]): void {
  controller.answer = ({ method }) =>
    method === 'GET' ? { status: 200, body: sampleAnswer(items) } : { status: 202, body: items[0] };
}

async function open(options: IngestSceneOptions = { controller }): Promise<IngestScene> {
  const scene = await ingestScene(options);
  scenes.push(scene);
  return scene;
}

const actions = (): string[] =>
  controller.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

test('a laptop says why there are none, and loads nothing that follows any', async () => {
  const sidecar = await startTestSidecar();
  try {
    const reason = 'Directories of this computer receive no mirrors.';
    expect((await sidecar.send('GET', '/ingest/mirrors')).json()).toMatchObject({
      items: [],
      sources: { trident: { state: 'absent', reason }, ontap: { state: 'absent', reason } }
    });
    for (const [method, path] of [
      ['GET', 'history'],
      ['POST', 'update'],
      ['DELETE', 'update'],
      ['GET', 'versions']
    ] as const) {
      const answer = await sidecar.send(method, `/ingest/mirrors/sales/${path}`);
      expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('mirror-not-found') as unknown });
    }
  } finally {
    await sidecar.stop();
  }
});

test('without a controller Trident alone tells, and ONTAP is said to be absent', async () => {
  const { service, trident } = await open({});
  trident.tell(sampleMirror());
  const { items, sources } = await service.list({});
  expect(items).toMatchObject([{ id: 'sales', toldBy: 'trident', guard: null, seen: null }]);
  expect(sources).toMatchObject({ trident: { state: 'answers' }, ontap: { state: 'absent' } });
});

test('settings that can’t be used are said, and are no reason to tell nothing', async () => {
  const { service, trident } = await open({
    settings: { unusable: 'The settings for ingest are wrong: maxAge.home.' }
  });
  trident.tell(sampleMirror());
  const { items, sources } = await service.list({});
  expect(items).toHaveLength(1);
  expect(sources.ontap).toMatchObject({
    state: 'refuses',
    problem: { detail: expect.stringContaining('maxAge') as unknown }
  });
});

test('both are joined, ages go by the clock of the controller, and mirrors of other volumes are not shown', async () => {
  tells(sampleTold(), sampleTold({ uuid: UUID.replace('1', '2'), claim: 'other' }));
  const { service, trident } = await open();
  trident.tell(sampleMirror());
  const { items, now } = await service.list({});
  expect(items).toMatchObject([{ id: 'sales', toldBy: 'ontap', data: { known: true } }]);
  expect(Math.abs(Date.parse(now) - Date.parse('2026-11-23T12:00:00.000Z'))).toBeLessThan(5_000);
});

test('a change that Trident tells is in the index at once, without anybody asking ONTAP', async () => {
  const { service, trident, index } = await open();
  await service.list({});
  const before = controller.requests.length;
  trident.tell(sampleMirror({ id: 'sales' }));
  expect(index.all('mirror')).toMatchObject([{ id: 'sales', toldBy: 'ontap' }]);
  trident.tell();
  expect(index.all('mirror')).toMatchObject([{ id: `ontap-${UUID}` }]);
  expect(controller.requests).toHaveLength(before);
});

test('a relationship that is deleted meanwhile leaves the index and is refused as not found', async () => {
  const { service, index } = await open();
  await service.list({});
  expect(index.all('mirror')).toHaveLength(1);
  tells();
  await expect(service.update(`ontap-${UUID}`, null)).rejects.toMatchObject({ problem: { status: 404 } });
  expect(index.all('mirror')).toEqual([]);
});

test('what can’t be told is not told as gone', async () => {
  controller.answer = () => ({ status: 500, body: '' });
  const { service } = await open();
  await expect(service.update(`ontap-${UUID}`, null)).rejects.toMatchObject({ problem: { status: 503 } });
});

test('what was told last stays while the controller does not answer', async () => {
  const { service } = await open();
  await service.list({});
  controller.answer = () => 'cut';
  const { items, sources } = await service.list({ anew: true });
  expect(items).toHaveLength(1);
  expect(sources.ontap).toMatchObject({ state: 'refuses', asOf: '2026-11-23T12:00:00.000Z' });
});

describe('the demand on the age of the data', () => {
  const guarded = async (annotation: string | null, maxAge: Record<string, number>) => {
    const { service, provider } = await open({ controller, settings: { maxAge } });
    const { claim } = provider;
    const annotations: Record<string, string> =
      annotation === null ? {} : { 'datamark.github.io/max-data-age': annotation };
    provider.claim = claim && { ...claim, annotations };
    return (await service.list({})).items[0];
  };
  const home = sampleVolume().id;

  test.each([
    ['5m', {}, { maxAgeSeconds: 300, setBy: 'annotation', state: 'stale' }],
    ['1h', { [home]: 60 }, { maxAgeSeconds: 3600, setBy: 'annotation', state: 'fresh' }],
    [null, { [home]: 60 }, { maxAgeSeconds: 60, setBy: 'setting', state: 'stale' }],
    [null, { other: 60 }, null]
  ])('annotation %s, setting %j', async (annotation, setting, expected) => {
    expect((await guarded(annotation, setting))?.guard).toEqual(expected);
  });

  test('an annotation that can’t be read is said, and the setting counts', async () => {
    const mirror = await guarded('soon', { [home]: 60 });
    expect(mirror).toMatchObject({
      guard: { setBy: 'setting' },
      hint: expect.stringContaining('no duration') as unknown
    });
  });

  test('data of unknown age is never fresh', async () => {
    tells(sampleTold({ data: { known: false, reason: 'No lag.', snapshot: null } }));
    expect((await guarded('1h', {}))?.guard).toMatchObject({ state: 'unknown' });
  });
});

describe('update', () => {
  test('goes to Trident where Trident can, with the key of the request', async () => {
    const { service, trident } = await open();
    trident.tell(sampleMirror());
    await service.update('sales', 'key-12345678');
    expect(trident.calls).toEqual([['update', 'sales', { operationKey: operationKey('key-12345678') }]]);
    expect(actions()).toEqual([]);
  });

  test('goes to the controller where Trident can’t; the same key begins one transfer', async () => {
    const { service, trident } = await open();
    trident.tell(sampleMirror({ can: { update: NO, promote: NO, resync: NO } }));
    await Promise.all([service.update('sales', 'key-12345678'), service.update('sales', 'key-12345678')]);
    await service.update('sales', 'key-12345678');
    expect(actions()).toEqual([`POST /v1/mirrors/${UUID}/update`]);
    await service.update('sales', 'key-other-1');
    expect(actions()).toHaveLength(2);
  });

  test('a key whose request failed is tried again', async () => {
    const { service } = await open();
    controller.answer = ({ method }) =>
      method === 'GET' ? { status: 200, body: sampleAnswer() } : { status: 403, body: '' };
    await expect(service.update(`ontap-${UUID}`, 'key-12345678')).rejects.toMatchObject({ problem: { status: 403 } });
    tells(sampleTold({ transfer: RUNNING }));
    expect(await service.update(`ontap-${UUID}`, 'key-12345678')).toMatchObject({ transfer: RUNNING });
  });

  test('of a mirror that was broken off is refused with the reason, and nothing is sent', async () => {
    tells(sampleTold({ state: 'broken_off' }));
    const { service } = await open();
    await expect(service.update(`ontap-${UUID}`, null)).rejects.toThrow('broken off');
    expect(actions()).toEqual([]);
  });

  test('is cancelled where it was asked for', async () => {
    const update: MirrorUpdate = {
      id: 'transfer-1',
      state: 'running',
      askedAt: '2026-11-23T12:00:00.000Z',
      endedAt: null,
      alreadyRunning: false,
      cancel: { available: true },
      reasons: []
    };
    const { service, trident } = await open();
    await expect(service.cancelUpdate(`ontap-${UUID}`)).rejects.toMatchObject({
      problem: { title: 'It can’t be cancelled' }
    });
    tells(sampleTold({ update, transfer: RUNNING }));
    await service.list({ anew: true });
    await service.cancelUpdate(`ontap-${UUID}`);
    expect(actions()).toEqual([`DELETE /v1/mirrors/${UUID}/update`]);
    tells(sampleTold());
    trident.tell(sampleMirror({ update: { ...update, id: 'tamu-1' } }));
    await service.cancelUpdate('sales');
    expect(trident.calls).toEqual([['cancel', 'sales']]);
    trident.tell(sampleMirror({ update: { ...update, id: 'tamu-1', cancel: NO } }));
    await expect(service.cancelUpdate('sales')).rejects.toThrow('You may not.');
  });
});

describe.each(['promote', 'resync'] as const)('%s', what => {
  const seen = { uid: UUID, state: 'mirrored', confirm: 'home' } as const;

  test('goes to the controller with the state that was seen, in ONTAP’s word', async () => {
    const { service } = await open();
    await service[what](`ontap-${UUID}`, seen);
    expect(actions()).toEqual([`POST /v1/mirrors/${UUID}/${what}`]);
    expect(controller.requests.at(-1)?.body).toBe('{"state":"snapmirrored"}');
  });

  test('goes to Trident wherever Trident knows the mirror', async () => {
    const { service, trident } = await open();
    trident.tell(sampleMirror());
    await service[what]('sales', { ...seen, uid: 'mirror-uid' });
    expect(trident.calls).toEqual([[what, { id: 'sales', uid: 'mirror-uid', stateAsTold: 'established' }]]);
    expect(actions()).toEqual([]);
  });

  test.each([
    ['another life', { ...seen, uid: 'other' }, 409],
    ['another state', { ...seen, state: 'paused' as const }, 409],
    ['another name typed', { ...seen, confirm: 'Home' }, 400]
  ])('%s is refused, and nothing is sent', async (_, body, status) => {
    const { service } = await open();
    await expect(service[what](`ontap-${UUID}`, body)).rejects.toMatchObject({ problem: { status } });
    expect(actions()).toEqual([]);
  });

  test('the state is looked at anew: what changed since a list is refused', async () => {
    const { service } = await open({ controller, goodForMs: 60_000 });
    await service.list({});
    tells(sampleTold({ state: 'broken_off' }));
    await expect(service[what](`ontap-${UUID}`, seen)).rejects.toMatchObject({ problem: { status: 409 } });
    expect(actions()).toEqual([]);
  });

  test('without the right it is refused with the reason', async () => {
    tells(sampleTold({ can: { update: NO, promote: NO, resync: NO } }));
    const { service } = await open();
    await expect(service[what](`ontap-${UUID}`, seen)).rejects.toThrow('You may not.');
  });
});

test('the history is what the controller saw; without one that is said', async () => {
  const { service } = await open();
  await expect(service.history(`ontap-${UUID}`)).rejects.toThrow('Nobody watches the mirror of home');
  const watched = { since: '2026-11-20T08:00:00.000Z', items: [], gaps: false };
  tells(sampleTold({ seen: watched }));
  expect(await service.history(`ontap-${UUID}`)).toEqual(watched);
});

test('Trident is told how many look, and stopped at the end', async () => {
  const { service, trident, dispose } = await open();
  service.followers(3);
  await service.list({});
  expect(trident.clients).toBe(3);
  service.followers(0);
  expect(trident.clients).toBe(0);
  await dispose();
  expect(trident.stopped).toBe(true);
});
