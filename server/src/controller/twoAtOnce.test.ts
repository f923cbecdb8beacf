/** Controllers that run side by side or die, restores that want the same claim, and a status that somebody has edited. */
import { until } from '../testing/until';
import type { RestorePhase } from '../providers/kubernetes/volumeRestore';
import { isFinal } from './restoreProgress';
import type { RestoreController } from './restoreController';
import { CLAIM, ControllerScene, POD } from './testing/controllerScene';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(60_000);

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
});
afterEach(() => scene.end());

/** Phases that the status of a restore went through. */
function phasesOf(name: string): RestorePhase[] {
  const seen: RestorePhase[] = [];
  scene.server.store.subscribe(({ after }) => {
    const { status } = after as { status?: { phase?: RestorePhase } };
    if (
      after.kind === 'VolumeRestore' &&
      after.metadata.name === name &&
      status?.phase &&
      status.phase !== seen.at(-1)
    ) {
      seen.push(status.phase);
    }
  });
  return seen;
}

const ALL_PHASES = [
  'Planning',
  'Planned',
  'Preparing',
  'WaitingForRelease',
  'Securing',
  'Restoring',
  'Verifying',
  'Succeeded'
];

it('two controllers at once bring a restore through each phase once', async () => {
  scene.pod();
  const swap = new RecordedStrategy();
  scene.start([swap]);
  scene.start([swap]);
  const phases = phasesOf('back');
  scene.request('back');
  await scene.phase('back', 'Planned');
  scene.approve('back');
  scene.endPod();
  await scene.phase('back', 'Succeeded');
  await scene.settled('back');
  expect(phases).toEqual(ALL_PHASES);
});

it('of two restores of one claim that are approved at once, one is done', async () => {
  scene.start([new RecordedStrategy()]);
  scene.start([new RecordedStrategy()]);
  scene.request('one', {}, null);
  scene.request('two', {}, null);
  await scene.phase('one', 'Planned');
  await scene.phase('two', 'Planned');
  scene.approve('one');
  scene.approve('two');
  await until(() => ['one', 'two'].filter(name => isFinal(scene.restore(name).status.phase)).length === 1, 20_000);
  await scene.settled('one');
  await scene.settled('two');
  const ends = ['one', 'two'].map(name => scene.restore(name).status);
  expect(ends.map(({ phase }) => phase).sort()).toEqual(['Failed', 'Succeeded']);
  expect(ends.find(({ phase }) => phase === 'Failed')?.problem?.type).toMatch(/operation-in-progress|restore-blocked/);
});

it('a controller that dies at any write is followed by one that goes on', async () => {
  for (let writes = 1, done = false; !done; writes++) {
    await scene.end();
    scene = await ControllerScene.open();
    scene.pod();
    const swap = new RecordedStrategy();
    const first = dyingAfter(writes, swap);
    scene.request('back');
    await until(() => first.dead || scene.restore('back').status.phase === 'Planned');
    if (!first.dead) {
      scene.approve('back');
      scene.endPod();
      await until(() => first.dead || isFinal(scene.restore('back').status.phase));
    }
    done = !first.dead;
    await first.end();
    scene.start([swap]);
    await until(() => !['', 'Planning'].includes(scene.restore('back').status.phase));
    scene.approve('back');
    if (scene.get('Pod', POD) !== null) {
      scene.endPod();
    }
    const { status } = await scene.settled('back');
    expect([writes, status.phase]).toEqual([writes, 'Succeeded']);
    expect(scene.get('Pod', POD)).toBeNull();
    expect(swap.calls).not.toContain('rollBack');
    expect(scene.get('PersistentVolumeClaim', CLAIM)?.metadata.annotations).toEqual({});
    expect(writes).toBeLessThan(60);
  }
});

/** A controller that is cut off from the cluster for good after so many writes: as kill -9 leaves the cluster. */
function dyingAfter(writes: number, swap: RecordedStrategy): { readonly dead: boolean; end(): Promise<void> } {
  let left = writes;
  let dead = false;
  let controller: RestoreController | null = null;
  const unsubscribe = scene.server.store.subscribe(({ after }) => {
    const byController =
      after.kind === 'VolumeRestore' || after.kind === 'Pod' || after.kind === 'PersistentVolumeClaim';
    if (byController && controller !== null && --left === 0) {
      dead = true;
      void scene.kill(controller);
    }
  });
  controller = scene.start([swap]);
  const started = controller;
  return {
    get dead() {
      return dead;
    },
    end: async () => {
      unsubscribe();
      await scene.stop(started);
    }
  };
}

describe('a status that somebody has edited', () => {
  const swap = new RecordedStrategy();

  beforeEach(async () => {
    swap.calls.length = 0;
    scene.pod();
    scene.start([swap]);
    scene.request('back');
    await scene.phase('back', 'Planned');
  });

  const nothingIsDone = async (): Promise<void> => {
    await until(() => scene.restore('back').status.message.startsWith('Nothing is done: the status does not fit'));
    expect(swap.calls).toEqual([]);
    expect(scene.get('Pod', POD)).not.toBeNull();
  };

  it.each(['Preparing', 'Securing', 'Restoring', 'Verifying'])(
    'into %s leads to nothing while it is not approved',
    async phase => {
      scene.patch('VolumeRestore', 'back', { status: { phase, releasedAt: '2026-11-22T10:00:00Z' } });
      await nothingIsDone();
    }
  );

  it('into Restoring leads to nothing where the claim was never released', async () => {
    scene.patch('VolumeRestore', 'back', { spec: { approved: true }, status: { phase: 'Restoring' } });
    await nothingIsDone();
  });

  it('to another claim leads to nothing', async () => {
    const manifest = '{"metadata":{"name":"claim-bob","namespace":"hub","uid":"u"},"spec":{}}';
    scene.patch('VolumeRestore', 'back', {
      spec: { approved: true },
      status: { phase: 'Preparing', claim: { uid: 'u', manifest } }
    });
    await nothingIsDone();
  });

  it('to another server leads to nothing', async () => {
    scene.patch('VolumeRestore', 'back', {
      spec: { approved: true },
      status: { phase: 'WaitingForRelease', requester: { podUid: 'of-bob' } }
    });
    await nothingIsDone();
  });

  it('to another volume is taken back', async () => {
    scene.patch('VolumeRestore', 'back', {
      spec: { approved: true },
      status: { phase: 'Preparing', oldVolume: { name: 'pv-of-bob', uid: 'u' } }
    });
    const { status } = await scene.phase('back', 'RolledBack');
    expect(status.problem?.type).toBe('object-changed');
    expect(swap.phases[0]).toBe('rollBack');
  });
});
