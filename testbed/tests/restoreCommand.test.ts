// `datamark restore` and `datamark undo` against a cluster: what they answer with, their exit codes, and an interrupt.
import type { z } from 'zod';
import { Problem, Restore } from '../../contract';
import { runDatamark, startDatamark, type CommandEnd } from '../support/datamarkCommand';
import { describeOnBed } from '../support/describeOnBed';
import { HostSidecar } from '../support/hostSidecar';
import { at } from '../support/kubernetesObject';
import { roleFor, serviceAccount } from '../support/manifests';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const HOME = 'claim-ann';
const BEFORE = `${HOME}.before`;
/** Of a person or a pipeline that runs elsewhere. */
const APPROVER = 'pipeline';

describeOnBed('the command', () => {
  let scene: RestoreScene;
  let server: UserServer;
  /** As from a terminal of the server. */
  let inside: HostSidecar;
  /** As from outside of it. */
  let outside: HostSidecar;

  beforeAll(async () => {
    scene = await RestoreScene.open('command');
    const { namespace } = scene;
    const get = ['get', 'list', 'watch'];
    await namespace.create(
      serviceAccount(APPROVER),
      ...roleFor(APPROVER, namespace.name, APPROVER, [
        {
          groups: ['datamark.github.io'],
          resources: ['volumerestores'],
          verbs: [...get, 'create', 'patch', 'approve']
        },
        { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: get },
        { groups: [''], resources: ['persistentvolumeclaims', 'events'], verbs: get }
      ])
    );
    await scene.home(HOME);
    server = await scene.server(HOME);
    await server.pod.sh('cd /home/jovyan && echo after > file && echo new > other && sync');
    const of = async (token: string): Promise<HostSidecar> => {
      const settings = { isolation: 'single-owner' };
      const sidecar = await HostSidecar.prepare({ namespace, token, volumes: { home: HOME }, user: 'ann', settings });
      await sidecar.start();
      return sidecar;
    };
    [inside, outside] = await Promise.all([
      namespace.token('notebook', { pod: server.name }).then(of),
      namespace.token(APPROVER).then(of)
    ]);
  });
  afterAll(async () => {
    await Promise.all([inside?.remove(), outside?.remove()]);
    await scene?.remove();
  });

  const restoreOf = ({ stdout }: CommandEnd): Restore => Restore.parse(JSON.parse(stdout));
  const problemOf = ({ stdout }: CommandEnd): z.infer<typeof Problem> => Problem.parse(JSON.parse(stdout));
  /** The restore that waits for its server to end. */
  const waiting = (): Promise<string> =>
    waitUntil(
      'a restore to wait for its server',
      async () => {
        const all = await scene.namespace.list('datamark.github.io/v1alpha1:VolumeRestore');
        return all.find(one => at(one, 'status', 'phase') === 'WaitingForRelease')?.metadata.name;
      },
      { seconds: 90 }
    );
  const cancelled = async (name: string): Promise<void> => {
    await scene.waitForPhase(name, 'Cancelled');
    await scene.waitUntilSettled(name);
    expect(await server.pod.sh('cat /home/jovyan/file')).toBe('after\n');
  };

  test('shows the plan and changes nothing', async () => {
    const shown = await runDatamark(inside.socket, 'restore', BEFORE, '--plan', '--json');
    expect(shown).toMatchObject({ code: 0 });
    const planned = restoreOf(shown);
    expect(planned).toMatchObject({ phase: 'planned', strategy: 'swap', plan: { blockers: [], stopsServer: true } });
    expect(planned.plan?.options?.map(({ strategy }) => strategy)).toEqual(['swap', 'copy', 'files', 'clone']);

    const copy = await runDatamark(inside.socket, 'restore', BEFORE, '--plan', '--strategy', 'copy', '--json');
    expect(restoreOf(copy)).toMatchObject({ phase: 'planned', strategy: 'copy' });
    for (const { id } of [planned, restoreOf(copy)]) {
      await scene.cancel(id, server);
      await scene.waitForPhase(id, 'Cancelled');
    }
  });

  test('asks before it restores, and without a yes it changes nothing', async () => {
    const refused = await runDatamark(inside.socket, 'restore', BEFORE, '--json');
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--yes') });
    expect(problemOf(refused).type).toMatch(/problems\//);
    expect(await server.pod.sh('cat /home/jovyan/file')).toBe('after\n');
  });

  test('brings files back while the server runs', async () => {
    const done = await runDatamark(inside.socket, 'restore', BEFORE, '--yes', '--json', '--files', 'file');
    expect(done).toMatchObject({ code: 0 });
    const restored = restoreOf(done);
    expect(restored).toMatchObject({ phase: 'succeeded', strategy: 'files' });
    expect(await server.pod.sh(`cat '/home/jovyan/${restored.target ?? ''}/file' /home/jovyan/file`)).toBe(
      'before\nafter\n'
    );
  });

  test('interrupted while it waits, it gives the restore up', async () => {
    const running = startDatamark(inside.socket, ['restore', BEFORE, '--yes', '--wait', '--json']);
    const name = await waiting();
    running.process.kill('SIGINT');

    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('is cancelled.') });
    await cancelled(name);
  });

  test('comes back when only the server’s stop is missing, refuses another restore meanwhile, and cancels by id', async () => {
    const done = await runDatamark(inside.socket, 'restore', BEFORE, '--yes', '--json');
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('your server has to stop') });
    const { id, phase } = restoreOf(done);
    expect(phase).toBe('waiting');

    const second = await runDatamark(inside.socket, 'restore', BEFORE, '--yes', '--wait', '--json');
    expect(second.code).toBe(3);
    expect(problemOf(second)).toMatchObject({ blockers: [{ kind: 'restore-in-progress', object: id }] });

    const [, operation = ''] = /cancel (\S+)/.exec(done.stderr) ?? [];
    expect(await runDatamark(inside.socket, 'cancel', operation)).toMatchObject({ code: 0 });
    await cancelled(id);
  });

  test('from elsewhere names the server that has to end, follows to the end, and undo brings the work since back', async () => {
    const blocked = await runDatamark(outside.socket, 'restore', BEFORE, '--yes', '--wait', '--json');
    expect(blocked.code).toBe(3);
    expect(problemOf(blocked)).toMatchObject({ blockers: [{ kind: 'pod', object: server.name }] });

    await server.pod.stop();
    const done = await runDatamark(outside.socket, 'restore', BEFORE, '--yes', '--wait', '--json');
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('To undo: datamark undo') });
    const restored = restoreOf(done);
    expect(restored).toMatchObject({ phase: 'succeeded', strategy: 'swap', undo: { possible: true } });
    expect(await scene.inClaim(HOME, 'cat file; ls')).toMatch(/^before\n(?![^]*other)/);

    const undone = await runDatamark(outside.socket, 'undo', '--yes', '--wait', '--json');
    expect(undone).toMatchObject({ code: 0 });
    expect(restoreOf(undone)).toMatchObject({ phase: 'succeeded', undoOf: restored.id });
    expect(await scene.inClaim(HOME, 'cat file other')).toBe('after\nnew\n');

    const again = await runDatamark(outside.socket, 'undo', restored.id, '--yes', '--wait', '--json');
    expect(again.code).toBe(3);
    expect(problemOf(again).detail).toContain('undone');
  });
});
