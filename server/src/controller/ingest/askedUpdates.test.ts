/** What is known of updates by a controller that starts anew, before a real endpoint and an ONTAP emulator. */
import { ToldMirror, ToldMirrors } from '../../ingest/controllerWire';
import { OntapRelationship } from '../../ingest/ontap/ontapResources';
import { UUID } from '../../ingest/testing/sampleMirrors';
import { memoryLog, type LogLine } from '../../testing/testSidecar';
import { AskedUpdates, followed, type AskedUpdate } from './askedUpdates';
import { DESTINATION_ANNOTATION } from './claimDestinations';
import { IngestScene } from './testing/ingestScene';
import type { MirrorReading } from './storageReading';

// Certificates are made for each test.
jest.setTimeout(120_000);

const KEY = '0123456789abcdef';
const scenes: IngestScene[] = [];
afterEach(() => Promise.all(scenes.splice(0).map(scene => scene.end())));

async function opened() {
  const scene = await IngestScene.open();
  scenes.push(scene);
  const { uuid } = scene.ontap().addRelationship({
    ...{ source: 'src:a', destination: 'dst:a', schedule: null, bytesPerTransfer: 1000, bytesPerSecond: 10 }
  });
  scene.claim('data', { annotations: { [DESTINATION_ANNOTATION]: 'dst:a' } });
  scene.api.allowed.add('hub/update');
  const token = scene.pod('ann', ['data']);
  const path = `/v1/mirrors/${uuid}/update`;
  return {
    scene,
    update: async (key?: string) =>
      ToldMirror.parse((await scene.ask(token, path, { method: 'POST', ...(key === undefined ? {} : { key }) })).body),
    cancel: () => scene.ask(token, path, { method: 'DELETE' }),
    told: async () => ToldMirrors.parse((await scene.ask(token, '/v1/mirrors?anew=true')).body).items[0]?.update,
    begun: () =>
      scene.ontap().requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/transfers')).length
  };
}

it('an update that runs is followed on after a restart, and can be cancelled', async () => {
  const { scene, update, told, cancel } = await opened();
  const begun = await update(KEY);
  await scene.ontap().advance(5);
  await scene.restart();
  expect(await told()).toMatchObject({ id: begun.update?.id, state: 'running', cancel: { available: true } });
  expect((await cancel()).status).toBe(202);
  await scene.ontap().advance(5);
  expect((await told())?.state).toBe('cancelled');
});

it('the key of one that is over begins no other one after a restart, and another key does', async () => {
  const { scene, update, told, begun } = await opened();
  const first = await update(KEY);
  await scene.ontap().advance(200);
  await scene.restart();
  const repeated = await update(KEY);
  expect(begun()).toBe(1);
  expect(repeated.update).toMatchObject({ id: first.update?.id, state: 'succeeded' });
  expect((await told())?.id).toBe(first.update?.id);
  await update('fedcba9876543210');
  expect(begun()).toBe(2);
});

it('the key of one that was found running begins none after its end', async () => {
  const { scene, update, begun } = await opened();
  await update('fedcba9876543210');
  await scene.ontap().advance(5);
  await update(KEY);
  await scene.ontap().advance(200);
  await update(KEY);
  await scene.restart();
  await update(KEY);
  expect(begun()).toBe(1);
});

const ASKED_AT = new Date('2026-11-23T12:00:00Z');
const fromStore: AskedUpdate = {
  ...{ id: 'transfer-1', askedAt: ASKED_AT, alreadyRunning: false, endBefore: null, isFromStore: true, ended: null }
};
const ended = (end_time: string | null, total_duration: string | null): MirrorReading => ({
  relationship: OntapRelationship.parse({ uuid: UUID, transfer: { state: 'success', end_time, total_duration } }),
  asOf: null,
  askedAt: new Date('2026-11-23T14:00:00Z')
});
const asTold = (told: string | null): Date | null => (told === null ? null : new Date(told));

it.each([
  ['began when it was asked for', '2026-11-23T12:10:00Z', 'PT10M', 'succeeded'],
  ['ran already then', '2026-11-23T12:10:00Z', 'PT1H', 'succeeded'],
  ['began later, while nobody looked', '2026-11-23T13:10:00Z', 'PT10M', undefined],
  ['does not tell how long it took', '2026-11-23T12:10:00Z', null, undefined]
])('of one that is taken over, a transfer that %s counts as it ended', (_, end, took, expected) => {
  expect(followed(fromStore, ended(end, took), asTold)?.ended?.state).toBe(expected);
});

it('one is not known any more once another transfer runs', () => {
  const transfer = { uuid: '22222222-2222-3333-4444-555555555555', state: 'transferring' };
  const relationship = OntapRelationship.parse({ uuid: UUID, transfer });
  const mirror = { relationship, asOf: null, askedAt: ASKED_AT };
  expect(followed(fromStore, mirror, asTold)).toBeNull();
  expect(followed({ ...fromStore, isFromStore: false }, mirror, asTold)).toBeNull();
  expect(followed({ ...fromStore, id: transfer.uuid }, mirror, asTold)).not.toBeNull();
});

it('what can’t be stored is known as long as the controller runs, and said in the log', async () => {
  const lines: LogLine[] = [];
  const failing = async (): Promise<never> => {
    throw new Error('forbidden');
  };
  const store = { name: 'map', read: failing, add: failing };
  const updates = new AskedUpdates({ store, log: memoryLog(lines) });
  const signal = AbortSignal.timeout(10_000);
  await updates.load(signal);
  await updates.asked(UUID, { ...fromStore, isFromStore: false }, KEY, signal);
  expect(updates.get(UUID)?.id).toBe('transfer-1');
  expect(await updates.isAnswered(UUID, KEY, signal)).toBe(true);
  expect(await updates.isAnswered(UUID, 'fedcba9876543210', signal)).toBe(false);
  expect(JSON.stringify(lines)).toContain('can’t be stored');
});
