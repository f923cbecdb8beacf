/** The controller is killed at each of its writes, before and after it took effect; another one goes on. */
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import type { Cut } from './testing/cutApi';
import { SwapScene } from './testing/swapScene';

/** At a time: all in one process share its two cores. */
const AT_ONCE = 4;
const LIMIT_MS = 180_000;

interface Story {
  /** Before the restore that is killed. */
  readonly before?: (scene: SwapScene) => Promise<void>;
  readonly act: (scene: SwapScene, cut: Cut | null) => Promise<VolumeRestore>;
}

/** What is there in the end, without what differs from run to run. */
async function outcome({ before, act }: Story, cut: Cut | null): Promise<{ end: object; writes: string[] }> {
  const scene = await SwapScene.open();
  try {
    await before?.(scene);
    const { status } = await act(scene, cut);
    const { writes, cluster } = scene;
    const { metadata } = cluster.find('PersistentVolumeClaim', 'home') ?? {};
    const uid = metadata?.labels?.['datamark.github.io/volume-id'];
    const end = {
      phase: status.phase,
      home: cluster.read('home'),
      volumes: cluster.volumes,
      objects: cluster.objects,
      labels: Object.keys(metadata?.labels ?? {}),
      hasVolumeId: uid !== undefined && uid === (status.claim?.volumeId ?? ''),
      undo: status.undo?.possible,
      pending: status.pending.length
    };
    return { end, writes };
  } finally {
    await scene.end();
  }
}

/** Each cut that did not end as the run without one, as words; and how many there were. */
async function differing(story: Story): Promise<{ tried: number; differing: string[]; end: object }> {
  const whole = await outcome(story, null);
  const cuts = whole.writes.flatMap((_, index): Cut[] => [
    { write: index + 1, when: 'before' },
    { write: index + 1, when: 'after' }
  ]);
  const found: string[] = [];
  for (let first = 0; first < cuts.length; first += AT_ONCE) {
    await Promise.all(
      cuts.slice(first, first + AT_ONCE).map(async cut => {
        const got = await outcome(story, cut).then(
          ({ end }) => end,
          (error: unknown) => ({ error: String(error) })
        );
        if (JSON.stringify(got) !== JSON.stringify(whole.end)) {
          found.push(`killed ${cut.when} ${whole.writes[cut.write - 1] ?? ''}: ${JSON.stringify(got)}`);
        }
      })
    );
  }
  return { tried: cuts.length, differing: found, end: whole.end };
}

test(
  'a restore ends the same wherever its controller is killed',
  async () => {
    const result = await differing({ act: (scene, cut) => scene.restore('r1', 'snap', { cut }) });
    expect(result.end).toMatchObject({
      phase: 'Succeeded',
      home: 'before',
      volumes: ['after Retain Released home', 'before Retain Bound home'],
      objects: ['PersistentVolumeClaim home']
    });
    expect(result.tried).toBeGreaterThan(20);
    expect(result.differing).toEqual([]);
  },
  LIMIT_MS
);

test(
  'an undo ends the same wherever its controller is killed',
  async () => {
    const result = await differing({
      before: async scene => {
        await scene.restore('r1');
        scene.cluster.write('home', 'newer');
      },
      act: (scene, cut) => scene.undo('u1', 'r1', { cut })
    });
    expect(result.end).toMatchObject({
      phase: 'Succeeded',
      home: 'after',
      volumes: ['after Retain Bound home', 'newer Retain Released home'],
      objects: ['PersistentVolumeClaim home']
    });
    expect(result.tried).toBeGreaterThan(20);
    expect(result.differing).toEqual([]);
  },
  LIMIT_MS
);

test(
  'a roll-back right before the claim would go ends the same wherever its controller is killed',
  async () => {
    const result = await differing({
      act: async (scene, cut) => {
        let isMounted = false;
        await scene.request('r1', { snapshotName: 'snap' });
        const at = (phase: string): void => {
          if (phase === 'Restoring' && !isMounted) {
            isMounted = true;
            const volumes = [{ name: 'home', persistentVolumeClaim: { claimName: 'home' } }];
            scene.cluster.create('Pod', 'late', { spec: { volumes, containers: [] } });
          }
        };
        await scene.finish('r1', { cut, at });
        const { writes } = scene;
        const settled = await scene.settle('r1', 1);
        scene.writes = writes;
        return settled;
      }
    });
    expect(result.end).toMatchObject({
      phase: 'RolledBack',
      home: 'after',
      volumes: ['after Delete Bound home'],
      objects: ['PersistentVolumeClaim home', 'Pod late'],
      pending: 0
    });
    expect(result.tried).toBeGreaterThan(20);
    expect(result.differing).toEqual([]);
  },
  LIMIT_MS
);

test(
  'an undo that is rolled back leaves its volume kept, wherever its controller is killed',
  async () => {
    const result = await differing({
      before: async scene => {
        await scene.restore('r1');
      },
      act: async (scene, cut) => {
        scene.cluster.podsEnd = 'Failed';
        return scene.undo('u1', 'r1', { cut });
      }
    });
    expect(result.end).toMatchObject({
      phase: 'RolledBack',
      home: 'before',
      volumes: ['after Retain Released home', 'before Retain Bound home'],
      objects: ['PersistentVolumeClaim home']
    });
    expect(result.differing).toEqual([]);
  },
  LIMIT_MS
);

test(
  'settling ends the same wherever its controller is killed',
  async () => {
    const result = await differing({
      before: async scene => {
        await scene.restore('r1');
      },
      act: (scene, cut) => scene.settle('r1', 15, cut)
    });
    expect(result.end).toMatchObject({
      home: 'before',
      volumes: ['before Delete Bound home'],
      undo: false,
      pending: 0
    });
    expect(result.differing).toEqual([]);
  },
  LIMIT_MS
);
