// The stand-in of Trident on the emulator of ONTAP: what happens in one shows in the other.
import { ApiServer } from '../../server/src/testing/apiServer';
import { testApi } from '../../server/src/testing/testApi';
import { until } from '../../server/src/testing/until';
import { OntapEmulator } from '../ontap/ontapEmulator';
import { at } from '../support/kubernetesObject';
import { OntapMirrorStorage } from './ontapMirrorStorage';
import { TridentStandIn } from './tridentStandIn';

const NAMESPACE = 'hub';
const TMR = 'TridentMirrorRelationship';
const TAMU = 'TridentActionMirrorUpdate';
const HERE = 'lab:trident_sales';

jest.setTimeout(60_000);

let server: ApiServer;
let emulator: OntapEmulator;
let trident: TridentStandIn;

beforeEach(async () => {
  emulator = new OntapEmulator();
  [server] = await Promise.all([ApiServer.start(), emulator.start()]);
  const storage = new OntapMirrorStorage({ emulator, handleOf: async (_, claim) => `lab:trident_${claim}` });
  trident = new TridentStandIn({ api: testApi({ url: server.url, namespace: NAMESPACE }), storage, everyMs: 10 });
  await trident.start();
  server.store.create({
    kind: TMR,
    metadata: { name: 'sales', namespace: NAMESPACE },
    spec: {
      state: 'established',
      replicationSchedule: 'hourly',
      volumeMappings: [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales' }]
    }
  });
  await untilState('establishing');
  await emulator.advance(60);
  await untilState('established');
});

afterEach(async () => {
  await trident.stop();
  expect(trident.troubles).toEqual([]);
  await Promise.all([server.stop(), emulator.stop()]);
});

const status = (kind: string, name: string): unknown =>
  at(server.store.find({ kind, namespace: NAMESPACE, name }), 'status');
const untilState = (state: string): Promise<void> =>
  until(() => at(status(TMR, 'sales'), 'conditions', 0, 'state') === state, 20_000);
const untilAction = (name: string, state: string): Promise<void> =>
  until(() => at(status(TAMU, name), 'state') === state, 20_000);

function update(name: string): void {
  server.store.create({
    kind: TAMU,
    metadata: { name, namespace: NAMESPACE },
    spec: { tridentMirrorRelationshipName: 'sales' }
  });
}

const mirror = (): unknown => [...emulator.world.mirrors.values()][0];

test('an update is a transfer of ONTAP, and its failure is told in ONTAP’s words', async () => {
  expect(mirror()).toMatchObject({ state: 'snapmirrored', start: { destination: { path: HERE } } });
  update('good');
  await until(() => at(mirror(), 'running') !== null, 20_000);
  await emulator.advance(60);
  await untilAction('good', 'Succeeded');

  emulator.failTransfers({ code: '6619631', message: 'Destination volume is full.' });
  update('bad');
  await until(() => at(mirror(), 'running') !== null, 20_000);
  await emulator.advance(60);
  await untilAction('bad', 'Failed');
  expect(at(status(TAMU, 'bad'), 'message')).toContain('mirror update failed, Destination volume is full.');
});

test('promotion breaks the relationship and deletes it, also while a transfer runs; resync makes it again', async () => {
  const change = (state: string, generation: number): unknown =>
    server.store.patch(
      { kind: TMR, namespace: NAMESPACE, name: 'sales' },
      { metadata: { generation }, spec: { state } }
    );
  update('running');
  await until(() => at(mirror(), 'running') !== null, 20_000);
  change('promoted', 2);
  await untilState('promoted');
  expect(emulator.world.mirrors.size).toBe(0);
  change('reestablished', 3);
  await untilState('reestablishing');
  await emulator.advance(60);
  await untilState('reestablished');
});
