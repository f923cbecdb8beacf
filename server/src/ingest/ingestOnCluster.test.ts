/** The feature on the Kubernetes provider: Trident’s objects and claims of an API server, without a controller. */
import { CloneService } from '../features/clones/cloneService';
import type { SnapshotService } from '../features/snapshots/snapshotService';
import { VolumeService } from '../features/volumes/volumeService';
import { LineageWriting } from '../lineage/lineageWriting';
import type { KubernetesProvider } from '../providers/kubernetes/kubernetesProvider';
import { ClusterScene, NAMESPACE } from '../providers/kubernetes/testing/clusterScene';
import { sampleSnapshot } from '../testing/sampleObjects';
import { memoryLog } from '../testing/testSidecar';
import { until } from '../testing/until';
import { IngestService } from './ingestService';
import { NO_INGEST_SETTINGS } from './ingestSettings';
import { panelWords } from './testing/panelWords';

const TMR = 'TridentMirrorRelationship';
const CONDITION = {
  state: 'established',
  message: '',
  lastTransitionTime: '2026-11-23T08:00:00Z',
  observedGeneration: 1,
  localPVCName: 'sales',
  localVolumeHandle: 'lab:trident_sales',
  remoteVolumeHandle: 'prod:sales'
};

// A busy machine takes its time.
jest.setTimeout(60_000);

let scene: ClusterScene;
let provider: KubernetesProvider;
let service: IngestService;

beforeEach(async () => {
  scene = await ClusterScene.open({ claims: ['home', 'sales'] });
  const { store } = scene.server;
  const claim = store.find({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'sales' });
  const annotations = { ...claim?.metadata.annotations, 'datamark.github.io/max-data-age': '1h' };
  store.patch({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'sales' }, { metadata: { annotations } });
  store.create({
    kind: TMR,
    metadata: { name: 'sales-mirror', namespace: NAMESPACE },
    spec: { state: 'established', volumeMappings: [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales' }] },
    status: { conditions: [CONDITION] }
  });
  provider = await scene.provider();
  const get: SnapshotService['get'] = name => provider.index.get('snapshot', name) ?? sampleSnapshot({ name });
  const snapshots = { get } as SnapshotService;
  service = new IngestService({
    provider,
    clones: new CloneService({ provider, volumes: new VolumeService(provider.index), snapshots }),
    writing: new LineageWriting({ provider, snapshots, lineage: null, log: memoryLog(), written: () => undefined }),
    settings: NO_INGEST_SETTINGS,
    version: 'test'
  });
});

afterEach(async () => {
  await service.dispose();
  await scene.end();
});

test('a mirror of a mounted claim is told with the demand that stands on the claim', async () => {
  const { items, sources } = await service.list({});
  expect(sources).toMatchObject({ trident: { state: 'answers' }, ontap: { state: 'absent' } });
  expect(items).toMatchObject([
    {
      id: 'sales-mirror',
      volume: 'sales',
      state: 'mirrored',
      data: { known: false },
      guard: { maxAgeSeconds: 3600, setBy: 'annotation', state: 'unknown' }
    }
  ]);
});

const NEITHER =
  'Trident does not tell whether replication works; ONTAP would. · Trident does not tell how old the data is; ONTAP would.';
const WANTED = '“established” is asked for; Trident does not show it yet.';

test.each<[string, object | null, string, string]>([
  [
    'established',
    { conditions: [CONDITION] },
    `to lab:trident_sales, data age –, Mirrored · ${NEITHER}, Trident tells “established” since 2026-11-23 08:00 UTC; it does not look again.`,
    '0 of 1 healthy'
  ],
  [
    'nothing: there is no status',
    null,
    `to –, data age –, State not told yet · ${NEITHER}, Trident tells no state: it has not looked yet, or ONTAP told one that it has no word for, for example paused. ${WANTED}`,
    '0 of 1 healthy'
  ],
  [
    'a state that is new',
    { conditions: [{ ...CONDITION, state: 'quiesced' }] },
    `to lab:trident_sales, data age –, “quiesced”, a state that Datamark does not know · ${NEITHER}, Datamark does not know what Trident means by the state “quiesced”. ${WANTED}`,
    '0 of 1 healthy'
  ],
  [
    'promoted, as it does also where ONTAP did not answer',
    { conditions: [{ ...CONDITION, state: 'promoted' }] },
    `to lab:trident_sales, data age –, Promoted · ${NEITHER}, Trident tells “promoted” since 2026-11-23 08:00 UTC; it does not look again. It tells this also when ONTAP did not answer it. ${WANTED}`,
    '0 of 1 healthy'
  ],
  [
    'failed',
    { conditions: [{ ...CONDITION, state: 'failed', message: 'No peer.' }] },
    'to lab:trident_sales, data age –, Unhealthy. Trident says: “No peer.”, Failed · Trident does not tell how old the data is; ONTAP would., Trident tries again only after its TridentMirrorRelationship was edited.',
    '1 unhealthy'
  ]
])('a person reads of a mirror of which Trident alone tells %s', async (_, status, row, heading) => {
  scene.server.store.patch({ kind: TMR, namespace: NAMESPACE, name: 'sales-mirror' }, { status });

  expect(panelWords(await service.list({}))).toEqual({
    ...{ heading, ontap: null, trident: null },
    rows: [`sales, from prod:sales ${row}`]
  });
});

test('nobody has looked, so nothing of it is in the index; a change shows there once somebody has', async () => {
  expect(provider.index.all('mirror')).toEqual([]);
  await service.list({});
  scene.status(TMR, 'sales-mirror', { conditions: [{ ...CONDITION, state: 'promoted' }] });
  await until(() => provider.index.get('mirror', 'sales-mirror')?.state === 'promoted');
});

test('a version is trained on by a snapshot and a clone; what can’t be pinned is said', async () => {
  const { uid = '' } = (await service.list({})).items[0] ?? {};
  const kernel = 'kernel-1';
  const wanted = { uid, way: 'snapshot', exported: null, clone: 'sweep', kernel, notebook: null } as const;
  const { clone, snapshot, exported, pin, problem } = await service.train('sales-mirror', wanted, 'key-12345678');
  expect({ clone: clone.id, exported, pin }).toEqual({ clone: 'sales.sweep', exported: null, pin: null });
  expect(problem?.detail).toBe('MLflow is not set up here.');
  expect(scene.get('PersistentVolumeClaim', 'sales.sweep')?.['spec']).toMatchObject({
    dataSourceRef: { name: snapshot }
  });
  const again = await service.train('sales-mirror', wanted, 'key-12345678');
  expect([again.snapshot, again.clone.uid]).toEqual([snapshot, clone.uid]);
});
