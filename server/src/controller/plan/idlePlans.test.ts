/** What plans that wait cost: the cluster’s news bring them on, and without news nothing is written and little is asked. */
import { until } from '../../testing/until';
import { ControllerScene, NAMESPACE } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';
import { PlanLooks } from './planLooks';

jest.setTimeout(30_000);

const ALL = [new RecordedStrategy('swap'), new RecordedStrategy('copy'), new RecordedStrategy('files')];

describe('plans that something blocks', () => {
  let scene: ControllerScene;

  beforeEach(async () => {
    scene = await ControllerScene.open();
    scene.pod();
    scene.pod('nightly');
  });
  afterEach(() => scene.end());

  const blockersOf = (name: string): unknown[] =>
    (scene.restore(name).status.plan?.blockers ?? []).map(({ kind }) => kind);
  const writes = (): number => scene.server.requests.filter(({ method }) => method === 'PATCH').length;
  const looks = (name: string): number =>
    scene.server.requests.filter(({ verb, path }) => verb === 'get' && path.endsWith(`volumerestores/${name}`)).length;

  it('are not written again while they say the same', async () => {
    scene.start(ALL);
    scene.request('back');
    await until(() => blockersOf('back').length === 1);
    const before = { writes: writes(), looks: looks('back') };
    // Another look, by news that change nothing of the plan.
    scene.patch('Pod', 'nightly', { metadata: { labels: { news: 'yes' } } });
    const listed = (): number =>
      scene.server.requests.filter(({ path, verb }) => verb === 'list' && path.endsWith('/pods')).length;
    const lists = listed();
    await until(() => looks('back') > before.looks && listed() > lists);
    scene.request('second');
    await scene.phase('second', 'Planned');
    // Those of the second: Planning and Planned.
    expect(writes() - before.writes).toBe(2);
  });

  it('are free by themselves when a quota has room', async () => {
    scene.delete('Pod', 'nightly');
    const quota = { kind: 'ResourceQuota', name: 'volumes', namespace: NAMESPACE };
    const status = (used: string): object => ({
      status: { hard: { persistentvolumeclaims: '2' }, used: { persistentvolumeclaims: used } }
    });
    const { kind, ...metadata } = quota;
    scene.server.store.create({ kind, metadata, ...status('2') });
    scene.start(ALL);
    scene.request('back');
    await until(() => blockersOf('back').includes('quota'));
    scene.server.store.patch(quota, status('1'));
    await until(() => blockersOf('back').length === 0);
  });

  it('are free by themselves when a clone is made', async () => {
    scene.delete('Pod', 'nightly');
    const clone = { kind: 'PersistentVolumeClaim', name: 'clone', namespace: NAMESPACE };
    scene.server.store.create({
      kind: clone.kind,
      metadata: { name: 'clone', namespace: NAMESPACE },
      spec: { dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'claim-ann' }, resources: {} },
      status: { phase: 'Pending' }
    });
    scene.start(ALL);
    scene.request('back');
    await until(() => blockersOf('back').includes('clone-in-progress'));
    scene.server.store.patch(clone, { status: { phase: 'Bound' } });
    await until(() => blockersOf('back').length === 0);
  });

  it('are free by themselves when the restore before them has ended', async () => {
    scene.delete('Pod', 'nightly');
    const swap = new RecordedStrategy('swap');
    let held = true;
    swap.answers.prepare = () => (held ? { kind: 'wait', ms: 50 } : { kind: 'done' });
    scene.start([swap]);
    scene.request('first');
    await scene.phase('first', 'Planned');
    scene.approve('first');
    await scene.phase('first', 'Preparing');
    scene.request('second');
    await until(() => blockersOf('second').includes('restore-in-progress'));
    held = false;
    scene.cancel('first');
    await scene.settled('first');
    await until(() => blockersOf('second').length === 0);
  });
});

describe('looks at a plan', () => {
  it('are at once when they are woken, but one a second at most', () => {
    let now = 0;
    const looks = new PlanLooks(
      () => now,
      () => 0.5
    );
    expect(looks.take('uid', 1)).toBe(0);
    expect(looks.take('uid', 1)).toBe(45_000);
    now = 400;
    expect(looks.take('uid', 2)).toBe(600);
    now = 1_000;
    expect(looks.take('uid', 3)).toBe(0);
    expect(looks.take('other', 3)).toBe(0);
    looks.forget('uid');
    expect(looks.take('uid', 4)).toBe(0);
  });
});
