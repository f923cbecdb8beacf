// Chosen files come back beside the present ones while the server runs, and what would change is counted on demand.
import { COUNT_CHANGES, RESTORE_API_VERSION } from '../../server/src/providers/kubernetes/volumeRestore';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const KIND = `${RESTORE_API_VERSION}:VolumeRestore`;

describeOnBed('a restore of files', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('files');
  });
  afterAll(() => scene.remove());

  test('puts them into a new folder while the server runs, and names what the snapshot lacks', async () => {
    await scene.home('home', {
      fill: "mkdir -p a/b && echo old > a/b/file && echo two > 'odd $(name)' && ln -s /etc way"
    });
    const server = await scene.server('home');
    await server.pod.sh('cd /home/jovyan && echo new > a/b/file && rm odd*');
    const paths = ['a', 'odd $(name)', 'never/there', 'way/passwd'];

    await scene.request('files', { claimName: 'home', snapshotName: 'home.before', strategy: 'files', paths }, server);
    const planned = await scene.waitForPhase('files', 'Planned');
    expect(planned.status.plan).toMatchObject({ strategy: 'files', blockers: [], stopsServer: false });
    await scene.approve('files', server);
    const { status } = await scene.waitForPhase('files', 'Succeeded', { seconds: 90 });

    const folder = `/home/jovyan/${status.target}`;
    expect(status.target).toMatch(/^restored-\d{8}-\d{6}$/);
    expect(await server.pod.sh(`cat ${folder}/a/b/file ${folder}/odd* /home/jovyan/a/b/file`)).toBe('old\ntwo\nnew\n');
    expect(await server.pod.sh(`ls -A ${folder} /home/jovyan | grep -c '^\\.restored\\|way$' || true`)).toBe('1\n');
    expect(status.message).toMatch(/Not in the snapshot: never\/there, way\/passwd\.$/);
    expect(status.undo).toMatchObject({ possible: false });
    await scene.waitUntilSettled('files');
    expect((await scene.restore('files')).status.message).toBe(status.message);
    expect(await scene.leftovers()).toEqual([]);
    await server.pod.stop();
  });

  test('goes on after a kill of the controller and of the Job’s pod, and makes one folder', async () => {
    await scene.home('many', {
      fill: 'mkdir all && for i in $(seq 300); do head -c 100000 /dev/urandom > all/$i; done'
    });
    const server = await scene.server('many');
    const spec = { claimName: 'many', snapshotName: 'many.before', strategy: 'files' as const, paths: ['all'] };
    await scene.request('killed', spec, server);
    await scene.waitForPhase('killed', 'Planned');
    await scene.approve('killed', server);
    await scene.waitForPhase('killed', ['Restoring', 'Verifying', 'Succeeded'], { every: 20 });

    await scene.controller.kill();
    for (const pod of await scene.namespace.list('Pod', 'labelSelector=datamark.github.io/restore')) {
      await scene.namespace.delete('Pod', pod.metadata.name ?? '', { gracePeriodSeconds: 0 });
    }
    await scene.controller.start();
    const { status } = await scene.waitForPhase('killed', 'Succeeded', { seconds: 120 });

    expect(await server.pod.sh(`cd /home/jovyan; ls -dA *restored* .restored* 2>/dev/null || true`)).toBe(
      `${status.target}\n`
    );
    expect(await server.pod.sh(`cd /home/jovyan; diff -r all ${status.target}/all && echo equal`)).toBe('equal\n');
    await scene.waitUntilSettled('killed');
    expect(await scene.leftovers()).toEqual([]);
    await server.pod.stop();
  });

  test('counts what a restore would change, when it is asked to', async () => {
    await scene.home('counted', { fill: 'echo one > changed; echo two > gone; echo same > same' });
    const server = await scene.server('counted');
    await server.pod.sh('cd /home/jovyan; echo changed > changed; rm gone; echo later > later; echo more > more');
    await scene.request('count', { claimName: 'counted', snapshotName: 'counted.before' }, server);
    const planned = await scene.waitForPhase('count', 'Planned');
    expect(planned.status.plan).toMatchObject({ countable: true });
    expect(planned.status.plan?.changes ?? null).toBeNull();

    await server.as.patch(KIND, 'count', { metadata: { annotations: { [COUNT_CHANGES]: 'true' } } });
    const changes = await waitUntil(
      'the numbers',
      async () => (await scene.restore('count')).status.plan?.changes ?? undefined
    );

    expect(changes).toEqual({
      reverted: { files: 1, bytes: 4 },
      returned: { files: 1, bytes: 4 },
      removed: { files: 2, bytes: 11 }
    });
    await waitUntil('what counted to be gone', async () => (await scene.leftovers()).length === 0);
    await scene.cancel('count', server);
    await scene.waitForPhase('count', 'Cancelled');
    await server.pod.stop();
  });
});
