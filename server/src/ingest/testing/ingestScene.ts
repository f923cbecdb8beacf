/** The feature with a provider in memory, Trident and the controller as a test says; one volume. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../../../contract';
import { CloneService } from '../../features/clones/cloneService';
import type { SnapshotService } from '../../features/snapshots/snapshotService';
import { VolumeService } from '../../features/volumes/volumeService';
import { LineageWriting } from '../../lineage/lineageWriting';
import type { MlflowClient } from '../../lineage/mlflow/mlflowClient';
import type { ClaimFacts } from '../../providers/provider';
import { MemoryProvider } from '../../testing/memoryProvider';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { memoryLog } from '../../testing/testSidecar';
import { IngestService } from '../ingestService';
import { NO_INGEST_SETTINGS, type ControllerAddress, type IngestSettings } from '../ingestSettings';
import { ThroughController } from '../throughController';
import type { MirrorSourceTrident } from '../trident/mirrorSourceTrident';
import { TridentStandIn } from './tridentStandIn';

/** A provider whose volumes can be destinations of mirrors. */
export class MirroredProvider extends MemoryProvider {
  readonly trident = new TridentStandIn();
  claim: ClaimFacts | null = {
    namespace: 'ann',
    annotations: {},
    persistentVolume: 'pvc-1',
    driver: 'csi.example.com',
    volumeId: 'id-1'
  };

  async openMirrors(): Promise<MirrorSourceTrident> {
    return this.trident;
  }

  async markExported(name: string, uid: string, exported: string): Promise<Snapshot> {
    await this.call('markExported', name, uid, exported);
    const marked = { ...(this.index.get('snapshot', name) ?? sampleSnapshot({ name })), exported };
    this.index.upsert(marked);
    return marked;
  }

  claimOf(): ClaimFacts | null {
    return this.claim;
  }
}

export interface IngestSceneOptions {
  /** Left out: no controller is set up. */
  readonly controller?: { address(): ControllerAddress };
  readonly settings?: Partial<IngestSettings>;
  readonly goodForMs?: number;
}

export const KERNEL = 'kernel-1';

/** `dispose` in afterEach. */
export async function ingestScene({ controller, settings = {}, goodForMs = 0 }: IngestSceneOptions = {}) {
  const provider = new MirroredProvider();
  provider.index.upsert(sampleVolume());
  const kernels = await mkdtemp(join(tmpdir(), 'datamark-kernels-'));
  await mkdir(kernels, { recursive: true });
  await writeFile(join(kernels, `kernel-${KERNEL}.json`), '{}');
  const get: SnapshotService['get'] = name => provider.index.get('snapshot', name) ?? sampleSnapshot({ name });
  const snapshots = { get } as SnapshotService;
  const writing = new LineageWriting({
    ...{ provider, snapshots, log: memoryLog(), written: () => undefined },
    lineage: {
      client: {} as MlflowClient,
      trackingUri: 'http://mlflow',
      server: 'http://mlflow',
      place: () => ({ cluster: 'prod', namespace: 'ann' }),
      kernels,
      image: null,
      dispose: async () => undefined
    }
  });
  const through =
    controller === undefined
      ? null
      : new ThroughController({ address: controller.address(), userAgent: 'test', timeoutMs: 20_000, goodForMs });
  const service = new IngestService({
    ...{ provider, writing, version: '1.2.3' },
    clones: new CloneService({ provider, volumes: new VolumeService(provider.index), snapshots }),
    settings: { ...NO_INGEST_SETTINGS, ...settings },
    ...(through === null ? {} : { controller: through }),
    training: { patienceMs: 1_000, lookPatienceMs: 1_500 }
  });
  return {
    provider,
    service,
    trident: provider.trident,
    index: provider.index,
    dispose: async (): Promise<void> => {
      await service.dispose();
      await writing.dispose();
      await rm(kernels, { recursive: true, force: true });
    }
  };
}

export type IngestScene = Awaited<ReturnType<typeof ingestScene>>;
