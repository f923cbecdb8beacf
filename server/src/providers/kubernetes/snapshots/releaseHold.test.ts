/** Deleting what was held once, where a policy refuses the deletion of whatever carries the annotation. */
import { untilGone, untilIndexed, untilPhase } from '../../../testing/untilIndexed';
import { ClusterScene, NAMESPACE } from '../testing/clusterScene';

const WANTED = { title: 'before', note: '', heldUntil: null, notebook: null } as const;
const HELD = 'datamark.github.io/held-until';

let scene: ClusterScene;

beforeEach(async () => {
  scene = await ClusterScene.open();
});

afterEach(() => scene.end());

/** A ready snapshot with this value in the annotation. */
async function heldOnce(until: string | null) {
  const provider = await scene.provider();
  const { name, uid } = await provider.createSnapshot('home', WANTED, { operationKey: null });
  scene.ready(name);
  await untilPhase(provider.index, 'snapshot', name, 'ready');
  if (until !== null) {
    const metadata = { annotations: { [HELD]: until } };
    scene.server.store.patch({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name }, { metadata });
    await untilIndexed(provider.index, 'held', () => provider.index.get('snapshot', name)?.heldUntil ?? undefined);
  }
  return { provider, name, uid };
}

/** The writes on snapshots since then; one that met a newer object is made again. */
const writesSince = (before: number): string[] => [
  ...new Set(
    scene
      .requestsSince(before)
      .filter(line => /^(patch|delete) .*volumesnapshots/.test(line))
      .map(line => line.replace(/ .*/, ''))
  )
];

it('takes an elapsed hold off first', async () => {
  const { provider, name, uid } = await heldOnce('2020-01-01T00:00:00.000Z');
  const before = scene.server.requests.length;

  await provider.deleteSnapshot(name, uid);
  await untilGone(provider.index, 'snapshot', name);

  expect(writesSince(before)).toEqual(['patch', 'delete']);
});

it('writes nothing more where nothing was held', async () => {
  const { provider, name, uid } = await heldOnce(null);
  const before = scene.server.requests.length;

  await provider.deleteSnapshot(name, uid);

  expect(writesSince(before)).toEqual(['delete']);
});
