/**
 * What Kubernetes does with Jobs and snapshots, on the stand-in cluster: a Job gets a pod, the pod starts, writes one half,
 * and ends. One thing per step, so that a test can be between any two.
 */
import type { ApiObject } from '../../../testing/api/objectStore';
import { NAMESPACE, type StorageCluster } from '../../swap/testing/storageCluster';
import { readOrder, SOURCE, TARGET, type TaskAnswer } from '../../task/taskOrder';

const JOB_LABEL = 'batch.kubernetes.io/job-name';

interface PodSpec {
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly volumeMounts: readonly {
      readonly name: string;
      readonly mountPath: string;
      readonly readOnly?: boolean;
    }[];
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly persistentVolumeClaim: { readonly claimName: string };
  }[];
}
type Job = ApiObject & {
  readonly spec: {
    readonly suspend?: boolean;
    readonly template: { readonly metadata: object; readonly spec: PodSpec };
  };
  readonly status?: { readonly conditions?: readonly object[] };
};
type Pod = ApiObject & { readonly spec: PodSpec; readonly status?: { readonly phase?: string } };

/** How a pod ends. */
export type Ending = 'good' | 'broken' | Extract<TaskAnswer, { result: 'refused' }>;

export class TaskCluster {
  /** Of the pods of a Job, each time anew. */
  ending: (job: string) => Ending = () => 'good';
  /** Of the pods that have what is in memory written; null: they do not get on. */
  flushing: () => Ending | null = () => 'good';
  /** What was written to the home last, and is in its node's memory alone; null: it is all on the storage. */
  inMemory: string | null = null;
  /** What the storage says instead of making a snapshot ready. */
  snapshotFails: string | null = null;
  /** Which Jobs get no pods. */
  isStuck: (job: string) => boolean = () => false;
  /** Whether pods stay when their Job is deleted, as where somebody deletes it without them. */
  keepsPods = false;
  /** Tasks that have run, as `task job`. */
  readonly ran: string[] = [];
  private pods = 0;

  constructor(private readonly cluster: StorageCluster) {}

  step(): void {
    const { store } = this.cluster.server;
    const all = <T>(kind: string): T[] => store.listAll(kind) as T[];
    all<ApiObject>('VolumeSnapshot').forEach(snapshot => this.stepSnapshot(snapshot));
    const jobs = all<Job>('Job');
    const pods = all<Pod>('Pod').filter(({ metadata }) => metadata.labels?.[JOB_LABEL] !== undefined);
    for (const pod of pods) {
      const job = jobs.find(({ metadata }) => metadata.name === pod.metadata.labels?.[JOB_LABEL]);
      if (job === undefined && this.keepsPods) {
        continue;
      } else if (job === undefined) {
        store.delete({ kind: 'Pod', namespace: NAMESPACE, name: pod.metadata.name });
      } else {
        this.stepPod(job, pod);
      }
    }
    all<Pod>('Pod')
      .filter(({ metadata }) => metadata.name.startsWith('datamark-flush-'))
      .forEach(pod => this.stepFlush(pod));
    for (const job of jobs) {
      const name = job.metadata.name;
      if (
        !this.isStuck(name) &&
        job.status === undefined &&
        job.spec.suspend !== true &&
        !pods.some(pod => pod.metadata.labels?.[JOB_LABEL] === name)
      ) {
        const { metadata, spec } = job.spec.template;
        const { labels, annotations } = metadata as { labels: object; annotations: object };
        this.cluster.create('Pod', `${name}-${++this.pods}`, {
          metadata: { labels: { ...labels, [JOB_LABEL]: name }, annotations },
          spec,
          status: { phase: 'Pending' }
        });
      }
    }
  }

  private stepSnapshot({ metadata, spec, status }: ApiObject): void {
    if (status !== undefined) {
      return;
    }
    const { source } = spec as { source: { persistentVolumeClaimName: string } };
    if (this.snapshotFails !== null) {
      this.patch('VolumeSnapshot', metadata.name, { error: { message: this.snapshotFails } });
      return;
    }
    this.cluster.snapshots.set(metadata.name, this.cluster.read(source.persistentVolumeClaimName) ?? '');
    this.patch('VolumeSnapshot', metadata.name, { readyToUse: true, restoreSize: '1Gi' });
  }

  private stepFlush({ metadata, spec, status }: Pod): void {
    const ending = this.flushing();
    const phase = status?.phase ?? 'Pending';
    if (ending === null) {
      this.patch('Pod', metadata.name, { phase });
    } else if (phase === 'Pending') {
      this.patch('Pod', metadata.name, { phase: 'Running' });
    } else if (phase === 'Running') {
      const { task } = readOrder(spec.containers[0]?.args ?? []);
      if (ending === 'good' && task === 'flush' && this.inMemory !== null) {
        this.cluster.write(spec.volumes[0]?.persistentVolumeClaim.claimName ?? '', this.inMemory);
        this.inMemory = null;
      }
      const flushed: TaskAnswer = { result: 'flushed' };
      const message = ending === 'broken' ? 'killed' : JSON.stringify(ending === 'good' ? flushed : ending);
      this.patch('Pod', metadata.name, {
        phase: ending === 'good' ? 'Succeeded' : 'Failed',
        containerStatuses: [{ state: { terminated: { message } } }]
      });
    }
  }

  private stepPod(job: Job, pod: Pod): void {
    const [container] = pod.spec.containers;
    const claimAt = (path: string): string => {
      const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === path);
      const volume = pod.spec.volumes.find(({ name }) => name === mount?.name);
      return volume?.persistentVolumeClaim.claimName ?? '';
    };
    const [source, target] = [this.cluster.read(claimAt(SOURCE)), claimAt(TARGET)];
    const ending = this.ending(job.metadata.name);
    const { task } = readOrder(container?.args ?? []);
    const changes = ending === 'good' || ending === 'broken' || ending.written;
    if (pod.status?.phase === 'Pending' && source !== null) {
      this.patch('Pod', pod.metadata.name, { phase: 'Running' });
      if (changes && task === 'copy') {
        this.cluster.write(target, `half of ${source}`);
      }
    } else if (pod.status?.phase === 'Running') {
      this.ran.push(`${task} ${job.metadata.name}`);
      if (ending === 'good' && task === 'copy') {
        this.cluster.write(target, source ?? '');
      }
      const good: TaskAnswer =
        task === 'copy' ? { result: 'copied' } : { result: 'files-copied', missing: ['gone'], missingCount: 1 };
      const message = ending === 'broken' ? 'killed' : JSON.stringify(ending === 'good' ? good : ending);
      this.patch('Pod', pod.metadata.name, {
        phase: ending === 'good' ? 'Succeeded' : 'Failed',
        containerStatuses: [{ state: { terminated: { message } } }]
      });
      const conditions = [{ type: ending === 'good' ? 'Complete' : 'Failed', status: 'True', message: 'it has ended' }];
      this.patch('Job', job.metadata.name, { conditions });
    }
  }

  private patch(kind: string, name: string, status: object): void {
    this.cluster.server.store.patch({ kind, namespace: NAMESPACE, name }, { status });
  }
}
