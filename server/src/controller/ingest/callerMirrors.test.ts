/** Which storages are asked for a caller, with two of them behind a real endpoint. */
import { ToldMirrors } from '../../ingest/controllerWire';
import { DESTINATION_ANNOTATION } from './claimDestinations';
import { IngestScene } from './testing/ingestScene';

// Certificates are made for each test.
jest.setTimeout(120_000);

const scenes: IngestScene[] = [];
afterEach(() => Promise.all(scenes.splice(0).map(scene => scene.end())));

const LISTS = 'snapmirror/relationships';

/** Ann’s data is in the first, Bob’s in the second. */
async function opened() {
  const scene = await IngestScene.open({ storages: ['one', 'two'] });
  scenes.push(scene);
  scene.ontap('one').addRelationship({ source: 'src:a', destination: 'dst:a' });
  scene.ontap('two').addRelationship({ source: 'src:b', destination: 'dst:b' });
  scene.claim('data-a', { annotations: { [DESTINATION_ANNOTATION]: 'dst:a' } });
  scene.claim('data-b', { annotations: { [DESTINATION_ANNOTATION]: 'dst:b' } });
  scene.claim('named-a', { csi: { driver: 'csi.trident.netapp.io', volumeAttributes: { internalName: 'a' } } });
  const list = async (token: string): Promise<ToldMirrors> =>
    ToldMirrors.parse((await scene.ask(token, '/v1/mirrors?anew=true')).body);
  const asked = (name: string): number => scene.ontap(name).requests.filter(({ path }) => path.includes(LISTS)).length;
  return { scene, list, asked, ann: scene.pod('ann', ['data-a']), bob: scene.pod('bob', ['data-b']) };
}

it('only the storage that holds the caller’s destination is asked, once it is known', async () => {
  const { list, asked, ann, bob } = await opened();
  await Promise.all([list(ann), list(bob)]);
  const before = asked('two');
  expect((await list(ann)).items.map(({ to }) => to)).toEqual(['dst:a']);
  expect(asked('two')).toBe(before);
  expect((await list(bob)).items.map(({ to }) => to)).toEqual(['dst:b']);
  expect(asked('two')).toBe(before + 1);
});

it('one that does not answer delays nobody who has nothing there, not even at first', async () => {
  const { scene, list, ann } = await opened();
  scene.ontap('two').fail({ hang: true });
  const patience = AbortSignal.timeout(10_000);
  for (let times = 0; times < 2; times++) {
    const { items, problem } = await list(ann);
    expect({ to: items.map(({ to }) => to), problem, isLate: patience.aborted }).toEqual({
      to: ['dst:a'],
      problem: null,
      isLate: false
    });
  }
});

it('a volume of which only the name is known waits for all to have told, and then for its own alone', async () => {
  const { scene, list, asked } = await opened();
  const eve = scene.pod('eve', ['named-a']);
  expect((await list(eve)).items.map(({ to }) => to)).toEqual(['dst:a']);
  expect(asked('two')).toBe(1);
  await list(eve);
  expect(asked('two')).toBe(1);
});

it('a destination that moved is found in the other storage', async () => {
  const { scene, list, ann } = await opened();
  const [first] = (await list(ann)).items;
  scene.ontap('one').forget(first?.uuid ?? '');
  scene.ontap('two').addRelationship({ source: 'src:c', destination: 'dst:a' });
  expect((await list(ann)).items.map(({ from }) => from)).toEqual(['src:c']);
});
