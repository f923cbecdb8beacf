/** What a server is told of mirrors in ONTAP and does with them, on its whole way there and back. */
import { until } from '../testing/until';
import { CLAIM, WholeWay } from './testing/wholeWay';

const MIB = 2 ** 20;

// Certificates are made for each scene.
jest.setTimeout(60_000);

let way: WholeWay;

beforeEach(async () => {
  way = await WholeWay.open();
});

afterEach(() => way.end());

const mirrored = (): ReturnType<WholeWay['mirror']> => way.mirror({ bytesPerTransfer: 10 * MIB, bytesPerSecond: MIB });

test('a mirror of a claim that the pod mounts is told with its age; another pod is told nothing', async () => {
  mirrored();
  const [ann, bob] = [await way.server('jupyter-ann'), await way.server('jupyter-bob', [])];
  const { items, sources, now } = await ann.service.list({});
  expect(sources.ontap.state).toBe('answers');
  expect(items).toMatchObject([
    { volume: CLAIM, from: 'svm_src:sales', to: 'svm_dst:sales_copy', state: 'mirrored', health: { state: 'healthy' } }
  ]);
  const data = items[0]?.data;
  expect(data).toMatchObject({ known: true, snapshot: 'snapmirror.1' });
  const age = data?.known === true ? (Date.parse(now) - Date.parse(data.asOf)) / 1000 : Number.NaN;
  expect(age).toBeGreaterThan(700);
  expect(age).toBeLessThan(760);
  expect((await bob.service.list({})).items).toEqual([]);
});

test('an update runs, and new data has arrived when it is over; meanwhile nothing is trained on', async () => {
  mirrored();
  const { service } = await way.server('jupyter-ann');
  const id = (await service.list({})).items[0]?.id ?? '';
  const begun = await service.update(id, 'key-12345678');
  expect(begun.update?.state).toMatch(/queued|running/);
  await way.ontap.advance(3);
  expect((await service.list({ anew: true })).items[0]?.transfer?.state).toBe('transferring');
  const wanted = {
    uid: begun.uid,
    way: 'snapshot',
    exported: 'snapmirror.1',
    clone: 'sweep',
    kernel: null,
    notebook: null
  } as const;
  await expect(service.train(id, wanted, null)).rejects.toMatchObject({ problem: { status: 409 } });
  await way.ontap.advance(60);
  const after = (await service.list({ anew: true })).items[0];
  expect(after?.update?.state).toBe('succeeded');
  expect(after).toMatchObject({
    transfer: null,
    lastTransfer: { type: 'update', state: 'succeeded', bytes: 10 * MIB }
  });
  await expect(service.train(id, wanted, null)).rejects.toThrow('Another version has arrived');
});

test('the key of an update that is over begins no other one, also from a sidecar that started since', async () => {
  mirrored();
  const begun = (): number => way.ontap.requests.filter(({ method }) => method === 'POST').length;
  const before = await way.server();
  const id = (await before.service.list({})).items[0]?.id ?? '';
  const first = await before.service.update(id, 'key-12345678');
  await way.ontap.advance(60);
  const after = await way.server('jupyter-ann-again');
  const repeated = await after.service.update(id, 'key-12345678');
  expect(begun()).toBe(1);
  expect(repeated.update).toMatchObject({ id: first.update?.id, state: 'succeeded' });
});

test('the end of a transfer is told to who follows, without anybody asking for it', async () => {
  mirrored();
  const { service, index } = await way.server();
  const id = (await service.list({})).items[0]?.id ?? '';
  const state = (): string | undefined => index.get('mirror', id)?.update?.state;
  const asked = (): number => way.ontap.requests.length;
  await service.update(id, null);
  await way.ontap.advance(3);
  const before = asked();
  service.followers(1);
  await until(() => asked() > before + 2);
  expect(state()).toMatch(/queued|running/);
  await way.ontap.advance(60);
  await until(() => state() === 'succeeded');
  expect(index.get('mirror', id)?.data).toMatchObject({ known: true });
});

test('a mirror that ONTAP forgot is told no more', async () => {
  const mirror = mirrored();
  const { service, index } = await way.server('jupyter-ann');
  const id = (await service.list({})).items[0]?.id ?? '';
  way.ontap.forget(mirror.uuid);
  expect((await service.list({ anew: true })).items).toEqual([]);
  expect(index.all('mirror')).toEqual([]);
  await expect(service.update(id, null)).rejects.toMatchObject({ problem: { status: 404 } });
});
