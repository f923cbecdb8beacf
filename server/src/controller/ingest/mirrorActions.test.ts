/** What people ask of mirrors, before a real endpoint and an ONTAP emulator. */
import { ToldMirror, ToldMirrors } from '../../ingest/controllerWire';
import { DESTINATION_ANNOTATION } from './claimDestinations';
import { IngestScene, type SceneAnswer, type SceneOptions } from './testing/ingestScene';

// Certificates are made for each test.
jest.setTimeout(120_000);

const scenes: IngestScene[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map(scene => scene.end()));
});

type Wish = Parameters<ReturnType<IngestScene['ontap']>['addRelationship']>[0];

interface Opened {
  readonly scene: IngestScene;
  readonly token: string;
  readonly uuid: string;
  ask(verb: string, method?: string, body?: object): Promise<SceneAnswer>;
}

/** Ann’s server mounts the destination, and her account may do everything. */
async function opened(wish: Partial<Wish> = {}, options: SceneOptions = {}): Promise<Opened> {
  const scene = await IngestScene.open(options);
  scenes.push(scene);
  const { uuid } = scene.ontap().addRelationship({
    source: 'src:a',
    destination: 'dst:a',
    schedule: null,
    bytesPerTransfer: 1000,
    bytesPerSecond: 10,
    ...wish
  });
  scene.claim('data', { annotations: { [DESTINATION_ANNOTATION]: 'dst:a' } });
  ['update', 'promote', 'resync'].forEach(verb => scene.api.allowed.add(`hub/${verb}`));
  const token = scene.pod('ann', ['data']);
  const ask: Opened['ask'] = (verb, method = 'POST', body) =>
    scene.ask(token, `/v1/mirrors/${uuid}/${verb}`, { method, ...(body === undefined ? {} : { body }) });
  return { scene, token, uuid, ask };
}

async function mirrorOf({ scene, token }: Opened): Promise<ToldMirror | undefined> {
  const { body } = await scene.ask(token, '/v1/mirrors?anew=true');
  return ToldMirrors.parse(body).items[0];
}

const transfersBegun = (scene: IngestScene): number =>
  scene.ontap().requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/transfers')).length;

describe('update', () => {
  it('begins a transfer, which is followed to its end', async () => {
    const one = await opened();

    const { status, body } = await one.ask('update');
    const begun = ToldMirror.parse(body);
    await one.scene.ontap().advance(200);
    const ended = await mirrorOf(one);

    expect(status).toBe(202);
    expect(begun.update).toMatchObject({ alreadyRunning: false, endedAt: null, cancel: { available: true } });
    expect(['queued', 'running']).toContain(begun.update?.state);
    expect(ended?.update).toMatchObject({ id: begun.update?.id, state: 'succeeded', reasons: [] });
    expect(ended?.lastTransfer).toMatchObject({ type: 'update', state: 'succeeded', bytes: 1000 });
  });

  it('says that one runs already, and begins no other', async () => {
    const one = await opened();
    await one.ask('update');
    await one.scene.ontap().advance(5);

    const answers = await Promise.all([one.ask('update'), one.ask('update')]);

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(transfersBegun(one.scene)).toBe(1);
  });

  it('takes over a transfer of the schedule', async () => {
    const one = await opened();
    one.scene.ontap().addRelationship({ source: 'src:b', destination: 'dst:b' });
    await startElsewhere(one);

    const { body } = await one.ask('update');

    expect(ToldMirror.parse(body).update).toMatchObject({ alreadyRunning: true });
  });

  it('is told as failed, in ONTAP’s words where it says any', async () => {
    const one = await opened();
    one.scene.ontap().failTransfers({ code: '6619631', message: 'Source is gone.' });
    await one.ask('update');
    await one.scene.ontap().advance(500);

    const mirror = await mirrorOf(one);

    expect(mirror?.update?.state).toBe('failed');
    expect(mirror?.health).toMatchObject({ state: 'unhealthy', reasons: [{ code: '6619631' }] });
  });

  it('is cancelled', async () => {
    const one = await opened();
    await one.ask('update');
    await one.scene.ontap().advance(5);

    const { status } = await one.ask('update', 'DELETE');
    await one.scene.ontap().advance(5);

    expect(status).toBe(202);
    expect((await mirrorOf(one))?.update?.state).toBe('cancelled');
  });

  it('can’t be cancelled where nobody asked for it', async () => {
    const one = await opened();

    expect(await one.ask('update', 'DELETE')).toMatchObject({ status: 409, body: { type: /not-cancellable$/ } });
  });
});

describe('a right is needed', () => {
  it.each(['update', 'promote', 'resync'])('to %s', async verb => {
    const one = await opened();
    one.scene.api.allowed.delete(`hub/${verb}`);

    const { status, body } = await one.ask(verb, 'POST', { state: 'snapmirrored' });

    expect(status).toBe(403);
    expect(body).toMatchObject({ detail: `You have no right to ${verb} mirrors in this namespace.` });
    expect(one.scene.ontap().requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('and asked for anew when it is used', async () => {
    const one = await opened();
    expect((await mirrorOf(one))?.can.update).toEqual({ available: true });
    one.scene.api.allowed.clear();

    expect((await one.ask('update')).status).toBe(403);
  });

  it('and a storage whose mirrors may be changed', async () => {
    const one = await opened({}, { actions: false });

    expect((await one.ask('update')).status).toBe(409);
    expect((await mirrorOf(one))?.can.update).toMatchObject({ available: false });
  });
});

describe('promote and resync', () => {
  it('go from mirrored to broken off and back', async () => {
    const one = await opened();

    const promoted = await one.ask('promote', 'POST', { state: 'snapmirrored' });
    expect({ status: promoted.status, body: promoted.body }).toMatchObject({
      status: 202,
      body: { state: 'broken_off' }
    });
    expect(ToldMirror.parse(promoted.body).can).toMatchObject({
      update: { available: false },
      promote: { available: false },
      resync: { available: true }
    });

    const resynced = await one.ask('resync', 'POST', { state: 'broken_off' });
    expect(resynced.status).toBe(202);
    await one.scene.ontap().advance(500);
    expect((await mirrorOf(one))?.state).toBe('snapmirrored');
  });

  it('are refused where the state is another one than the person saw', async () => {
    const one = await opened();

    const { status, body } = await one.ask('promote', 'POST', { state: 'paused' });

    expect({ status, body }).toMatchObject({ status: 409, body: { title: 'The object has changed since' } });
    expect((await mirrorOf(one))?.state).toBe('snapmirrored');
  });

  it('tell why ONTAP’s job failed', async () => {
    const one = await opened();
    one.scene.ontap().failJobs({ code: '13303808', message: 'Break failed.' });

    const { status, body } = await one.ask('promote', 'POST', { state: 'snapmirrored' });

    expect(status).toBe(500);
    expect(JSON.stringify(body)).toContain('Break failed.” (code 13303808)');
  });
});

it('a transfer that began is told, also where the answer to its beginning was lost', async () => {
  const one = await opened();
  await mirrorOf(one);
  one.scene.ontap().fail({ cut: 'after' }, { path: '/transfers', method: 'POST', times: 1 });

  const { status, body } = await one.ask('update');

  // It began although its answer was lost, and that is what is seen.
  expect({ status, body }).toMatchObject({
    status: 202,
    body: { update: { state: expect.stringMatching(/queued|running/) } }
  });
});

it('what was sent and not answered is told as open', async () => {
  const one = await opened();
  await mirrorOf(one);
  one.scene.ontap().fail({ cut: 'before' }, { path: '/transfers', method: 'POST', times: 1 });

  const { status, body } = await one.ask('update');

  expect(status).toBe(503);
  expect(body).toMatchObject({ detail: expect.stringContaining('may have happened all the same') });
});

it('a mirror that was deleted meanwhile is not found', async () => {
  const one = await opened();
  await mirrorOf(one);
  one.scene.ontap().forget(one.uuid);

  expect(await one.ask('update')).toMatchObject({ status: 404, body: { title: 'Mirror not found' } });
});

it('a mirror of somebody else is not found', async () => {
  const one = await opened();
  one.scene.claim('other', { annotations: { [DESTINATION_ANNOTATION]: 'dst:other' } });
  const eve = one.scene.pod('eve', ['other']);

  const answer = await one.scene.ask(eve, `/v1/mirrors/${one.uuid}/promote`, {
    method: 'POST',
    body: { state: 'snapmirrored' }
  });

  expect(answer).toMatchObject({ status: 404 });
});

/** A transfer that this endpoint knows nothing of. */
async function startElsewhere({ scene, uuid }: Opened): Promise<void> {
  const { OntapClient } = await import('../../ingest/ontap/ontapClient');
  const { OntapSettings } = await import('../../ingest/ontap/ontapSettings');
  const { url, certificates } = scene.ontap();
  const file = (name: string): string => `${certificates.folder}/${name}`;
  const auth = { kind: 'basic', usernameFile: file('username'), passwordFile: file('password') };
  const settings = OntapSettings.parse({ name: 'else', address: url, caFile: file('ca.crt'), auth });
  const client = new OntapClient({ settings, userAgent: 'test' });
  await client.startTransfer(uuid);
  await client.dispose();
}
