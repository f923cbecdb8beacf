/** Who is told of which mirrors, and what is asked of ONTAP for it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToldMirrors } from '../../ingest/controllerWire';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { DESTINATION_ANNOTATION } from './claimDestinations';
import { IngestScene, PASSWORD, type SceneOptions } from './testing/ingestScene';

// Certificates are made for each scene.
jest.setTimeout(240_000);

const scenes: IngestScene[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map(scene => scene.end()));
});

async function opened(options?: SceneOptions): Promise<IngestScene> {
  const scene = await IngestScene.open(options);
  scenes.push(scene);
  return scene;
}

const at = (destination: string): { annotations: object } => ({
  annotations: { [DESTINATION_ANNOTATION]: destination }
});

async function told(scene: IngestScene, token: string, query = ''): Promise<ToldMirrors> {
  const { status, body } = await scene.ask(token, `/v1/mirrors${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return ToldMirrors.parse(body);
}

const listCalls = (scene: IngestScene, name = 'one'): number =>
  scene.ontap(name).requests.filter(({ path }) => path.startsWith('/api/snapmirror/relationships?')).length;

describe('mirrors of a caller', () => {
  it('are those of the claims that its pod mounts, and no others', async () => {
    const scene = await opened();
    scene.ontap().addRelationship({ source: 'src:a', destination: 'dst:a', schedule: '5min' });
    scene.ontap().addRelationship({ source: 'src:b', destination: 'dst:b', schedule: '5min' });
    scene.claim('data-a', at('dst:a'));
    scene.claim('data-b', at('dst:b'));
    const [ann, bob] = [scene.pod('ann', ['data-a']), scene.pod('bob', ['data-b'])];

    const [ofAnn, ofBob] = [await told(scene, ann), await told(scene, bob)];

    expect(ofAnn.items.map(({ claim, to }) => [claim, to])).toEqual([['data-a', 'dst:a']]);
    expect(ofBob.items.map(({ claim, to }) => [claim, to])).toEqual([['data-b', 'dst:b']]);
    expect(ofAnn.items[0]).toMatchObject({ from: 'src:a', state: 'snapmirrored', health: { state: 'healthy' } });
    expect(ofAnn.problem).toBeNull();
  });

  it('are found by Trident’s own mirror, and by the volume’s name', async () => {
    const scene = await opened();
    ['dst:trident_one', 'dst:trident_two'].forEach(destination =>
      scene.ontap().addRelationship({ source: 'src:x', destination })
    );
    const csi = (internalName: string): { csi: object } => ({
      csi: { driver: 'csi.trident.netapp.io', volumeAttributes: { internalName } }
    });
    scene.claim('one', csi('trident_one'));
    scene.claim('two', csi('trident_two'));
    scene.api.trident.set('hub', [{ localPVCName: 'one', localVolumeHandle: 'dst:trident_one' }]);

    const { items } = await told(scene, scene.pod('ann', ['one', 'two']));

    expect(items.map(({ claim, to }) => [claim, to])).toEqual([
      ['one', 'dst:trident_one'],
      ['two', 'dst:trident_two']
    ]);
  });

  it('are not those of another volume that a forged status of Trident’s names', async () => {
    const scene = await opened();
    scene.ontap().addRelationship({ source: 'src:x', destination: 'dst:secret' });
    scene.claim('one', { csi: { driver: 'csi.trident.netapp.io', volumeAttributes: { internalName: 'own' } } });
    scene.api.trident.set('hub', [{ localPVCName: 'one', localVolumeHandle: 'dst:secret' }]);

    expect((await told(scene, scene.pod('ann', ['one']))).items).toEqual([]);
  });

  it('are not shown where several could be meant, which is counted', async () => {
    const scene = await opened();
    ['svm1:vol', 'svm2:vol'].forEach(destination => scene.ontap().addRelationship({ source: 'src:x', destination }));
    scene.claim('one', { csi: { driver: 'csi.trident.netapp.io', volumeAttributes: { internalName: 'vol' } } });

    expect((await told(scene, scene.pod('ann', ['one']))).items).toEqual([]);
    expect(scene.metrics()).toContain('datamark_ingest_ambiguous_total 1');
  });

  it('are not those of a claim that the pod names and no container mounts', async () => {
    const scene = await opened();
    scene.ontap().addRelationship({ source: 'src:a', destination: 'dst:a' });
    scene.claim('data', at('dst:a'));
    const { metadata } = scene.server.store.create({
      kind: 'Pod',
      metadata: { name: 'ann', namespace: 'hub' },
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }], containers: [{ name: 'main' }] },
      status: { phase: 'Running' }
    });
    scene.api.tokens.set('t', { namespace: 'hub', pod: { name: 'ann', uid: metadata.uid } });

    expect((await told(scene, 't')).items).toEqual([]);
    expect(scene.ontap().requests).toEqual([]);
  });
});

describe('a request is refused', () => {
  it.each([
    ['without a token', null, 401],
    ['with a foreign or expired token', 'unknown', 401],
    ['with a token for another audience', 'other-audience', 401],
    ['with a token of which no audience is known', 'no-audience', 401],
    ['with a token that is bound to no pod', 'unbound', 403],
    ['from another namespace', 'elsewhere', 403],
    ['with the token of an earlier pod of the name', 'former', 403],
    ['with the token of a pod that is being deleted', 'going', 403]
  ])('%s', async (_, token, status) => {
    const scene = await opened({ namespaces: ['hub'] });
    scene.ontap().addRelationship({ source: 'src:a', destination: 'dst:a' });
    scene.claim('data', at('dst:a'));
    scene.pod('ann', ['data']);
    scene.claim('data', at('dst:a'), 'other');
    const elsewhere = scene.pod('eve', ['data'], { namespace: 'other' });
    const { tokens } = scene.api;
    const known = tokens.get('token-of-hub-ann');
    const pod = known?.pod ?? null;
    tokens.set('other-audience', { namespace: 'hub', pod, audiences: ['https://kubernetes.default.svc'] });
    tokens.set('no-audience', { namespace: 'hub', pod, audiences: [] });
    tokens.set('unbound', { namespace: 'hub', pod: null });
    tokens.set('former', { namespace: 'hub', pod: { name: 'ann', uid: 'another-uid' } });
    const { metadata } = scene.server.store.create({
      kind: 'Pod',
      metadata: { name: 'going', namespace: 'hub', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y'] },
      spec: { containers: [] },
      status: { phase: 'Running' }
    } as Parameters<typeof scene.server.store.create>[0]);
    tokens.set('going', { namespace: 'hub', pod: { name: 'going', uid: metadata.uid } });

    const answer = await scene.ask(token === 'elsewhere' ? elsewhere : token);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status });
    expect(JSON.stringify(answer.body)).not.toContain('dst:a');
    expect(scene.ontap().requests).toEqual([]);
  });

  it('while the cluster can’t be asked, and served again after', async () => {
    const scene = await opened();
    const token = scene.pod('ann', []);
    scene.api.failing = new KubernetesError(503, 'ServiceUnavailable', 'busy', 2_000);

    const refused = await scene.ask(token);
    scene.api.failing = null;

    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect((await scene.ask(token)).status).toBe(200);
  });

  it('that comes too often, with the time to wait', async () => {
    const scene = await opened();
    const token = scene.pod('ann', []);

    const answers = await Promise.all(Array.from({ length: 60 }, () => scene.ask(token)));

    const late = answers.filter(({ status }) => status === 429);
    // One more is let through each second.
    expect(late.length).toBeGreaterThan(0);
    expect(Number(late[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(scene.metrics()).toContain(`datamark_ingest_refused_total{reason="rate"} ${late.length}`);
  });
});

describe('a storage', () => {
  it('is asked once for 500 callers', async () => {
    const scene = await opened({ settings: { pollSeconds: 3_600 } });
    const tokens = Array.from({ length: 500 }, (_, index) => {
      scene.ontap().addRelationship({ source: `src:v${index}`, destination: `dst:v${index}` });
      scene.claim(`data-${index}`, at(`dst:v${index}`));
      return scene.pod(`user-${index}`, [`data-${index}`]);
    });

    const lists = await Promise.all(tokens.map(token => told(scene, token)));

    expect(lists.map(({ items }) => items.map(({ to }) => to))).toEqual(tokens.map((_, index) => [`dst:v${index}`]));
    expect(listCalls(scene)).toBe(1);
  });

  it('is not asked while nobody looks', async () => {
    const scene = await opened();
    scene.ontap().addRelationship({ source: 'src:a', destination: 'dst:a' });

    expect(scene.ontap().requests).toEqual([]);
  });

  it('that fails leaves the mirrors of another one alone', async () => {
    const scene = await opened({ storages: ['one', 'two'] });
    scene.ontap('one').addRelationship({ source: 'src:a', destination: 'dst:a' });
    scene.ontap('two').addRelationship({ source: 'src:b', destination: 'dst:b' });
    scene.claim('data-a', at('dst:a'));
    scene.claim('data-b', at('dst:b'));
    const [ann, bob] = [scene.pod('ann', ['data-a']), scene.pod('bob', ['data-b'])];
    await told(scene, bob);
    scene.ontap('two').fail({ status: 500 });

    const ofAnn = await told(scene, ann, '?anew=true');
    const ofBob = await told(scene, bob, '?anew=true');

    expect(ofAnn.items).toHaveLength(1);
    expect(ofAnn.problem).toBeNull();
    expect(ofBob.items.map(({ to }) => to)).toEqual(['dst:b']);
    expect(ofBob.problem?.detail).toContain('two failed (500)');
  });

  it('that never answered is nothing to who has mirrors in another one', async () => {
    const scene = await opened({ storages: ['one', 'two'] });
    scene.ontap('one').addRelationship({ source: 'src:a', destination: 'dst:a' });
    scene.claim('data-a', at('dst:a'));
    scene.ontap('two').fail({ status: 500 });

    const list = await told(scene, scene.pod('ann', ['data-a']));

    expect(list.items).toHaveLength(1);
    expect(list.problem).toBeNull();
  });

  it.each([
    [401, 'does not accept the controller’s credentials (401)'],
    [403, 'lacks the right to read /api/snapmirror/relationships (403)'],
    [429, 'asks to be called less often (429)']
  ])('that answers %i never was asked with success, and says why', async (status, words) => {
    const scene = await opened();
    scene.claim('data', at('dst:a'));
    scene.ontap().fail({ status, retryAfter: '7' });

    const list = await told(scene, scene.pod('ann', ['data']));

    expect(list).toMatchObject({ items: [], asOf: null });
    expect(list.problem?.detail).toContain(words);
    expect(scene.metrics()).toContain('datamark_ingest_poll_errors_total{storage="one"');
  });
});

it('keeps the storage’s credentials and the callers’ tokens out of logs and answers', async () => {
  const scene = await opened();
  scene.claim('data', at('dst:a'));
  const token = scene.pod('ann', ['data']);
  scene.ontap().fail({ status: 401 });

  const first = await scene.ask(token);
  scene.ontap().showCertificate('foreign');
  const second = await scene.ask(token, '/v1/mirrors?anew=true');

  const written = JSON.stringify([scene.log, first, second], (_key, value: unknown) =>
    value instanceof Error ? `${value.stack ?? ''} ${JSON.stringify(value.cause ?? null)}` : value
  );
  for (const secret of [PASSWORD, Buffer.from(`admin:${PASSWORD}`).toString('base64'), token]) {
    expect(written).not.toContain(secret);
  }
  expect(written).toContain('is not trusted');
});

it('lists all that it counts where admins read it', async () => {
  const scene = await opened();
  const guide = await readFile(join(__dirname, '../../../../docs/controller.md'), 'utf8');

  const told = [...scene.metrics().matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');

  expect(told.length).toBeGreaterThan(5);
  expect(told.filter(name => !guide.includes(`\`${name}\``))).toEqual([]);
});
