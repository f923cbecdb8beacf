/** What can be told of mirrors and done with them: the feature behind the routes. */
import type { z } from 'zod';
import type {
  ConfirmMirror,
  FixedVersions,
  Mirror,
  MirrorList,
  MirrorsQuery,
  SeenTransfers,
  TrainOnVersion,
  VersionToTrainOn
} from '../../../contract';
import type { CloneService } from '../features/clones/cloneService';
import { quoted } from '../http/validation';
import type { LineageWriting } from '../lineage/lineageWriting';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { fixedVersions } from './fixedVersions';
import type { IngestSettings } from './ingestSettings';
import { MirrorActions } from './mirrorActions';
import { MirrorSources } from './mirrorSources';
import type { JoinedMirror } from './model/joinMirrors';
import type { ThroughController } from './throughController';
import { TrainingVersions, type MirrorNow, type TrainingVersionsOptions } from './trainingVersions';

export interface IngestServiceOptions {
  readonly provider: Provider;
  readonly clones: CloneService;
  readonly writing: LineageWriting;
  readonly settings: IngestSettings;
  readonly version: string;
  /** See MirrorSourcesOptions. */
  readonly controller?: ThroughController | null;
  /** See TrainingVersionsOptions. */
  readonly training?: Pick<TrainingVersionsOptions, 'patienceMs' | 'lookPatienceMs'>;
}

export class IngestService {
  readonly #provider: Provider;
  readonly #sources: MirrorSources;
  readonly #actions: MirrorActions;
  readonly #training: TrainingVersions;

  constructor(options: IngestServiceOptions) {
    this.#provider = options.provider;
    this.#sources = new MirrorSources(options);
    this.#actions = new MirrorActions(this.#sources);
    this.#training = new TrainingVersions({ ...options, ...options.training, mirror: id => this.#told(id) });
  }

  /** By the name of the volume. */
  async list({ anew = false }: z.infer<typeof MirrorsQuery>): Promise<MirrorList> {
    const { joined, sources, now } = await this.#sources.look(anew);
    return { items: joined.map(({ mirror }) => mirror), sources, now: now.toISOString() };
  }

  async history(id: string): Promise<SeenTransfers> {
    const { mirror } = await this.#mirror(id, false);
    if (mirror.seen === null) {
      throw new ProblemError('not-supported', {
        detail: `Nobody watches the mirror of ${mirror.volumeName}, and ONTAP keeps no history of transfers.`,
        next: 'Ask an admin to let datamark-controller watch it.',
        object: id
      });
    }
    return mirror.seen;
  }

  async update(id: string, idempotencyKey: string | null): Promise<Mirror> {
    return this.#actions.update(await this.#mirror(id, false), idempotencyKey);
  }

  async cancelUpdate(id: string): Promise<Mirror> {
    return this.#actions.cancel(await this.#mirror(id, false));
  }

  async versions(id: string): Promise<z.infer<typeof FixedVersions>> {
    const { mirror } = await this.#mirror(id, false);
    return fixedVersions({
      mirror,
      volume: this.#provider.index.get('volume', mirror.volume) ?? null,
      claim: this.#provider.claimOf?.(mirror.volume) ?? null,
      snapshots: this.#provider.index.all('snapshot').filter(({ volume }) => volume === mirror.volume)
    });
  }

  train(
    id: string,
    wanted: z.infer<typeof TrainOnVersion>,
    idempotencyKey: string | null
  ): Promise<z.infer<typeof VersionToTrainOn>> {
    return this.#training.train(id, wanted, idempotencyKey);
  }

  async promote(id: string, seen: z.infer<typeof ConfirmMirror>): Promise<Mirror> {
    return this.#actions.promote(await this.#mirror(id, true), seen);
  }

  async resync(id: string, seen: z.infer<typeof ConfirmMirror>): Promise<Mirror> {
    return this.#actions.resync(await this.#mirror(id, true), seen);
  }

  /** So many clients follow the event stream now. */
  followers(count: number): void {
    this.#sources.followers(count);
  }

  dispose(): Promise<void> {
    return this.#sources.dispose();
  }

  /** As it is told now, and by nobody who does not answer. */
  async #told(id: string): Promise<MirrorNow> {
    const joined = await this.#mirror(id, true);
    const { sources, now } = this.#sources.publish();
    if (joined.told !== null && sources.ontap.state === 'refuses') {
      throw ProblemError.of(sources.ontap.problem);
    }
    return { mirror: joined.mirror, now };
  }

  /** As it is told now. Throws `mirror-not-found`, or why it can’t be told whether it is there. */
  async #mirror(id: string, anew: boolean): Promise<JoinedMirror> {
    const { joined, sources } = await this.#sources.look(anew);
    const found = joined.find(({ mirror }) => mirror.id === id);
    if (found !== undefined) {
      return found;
    }
    const silent = id.startsWith('ontap-') ? sources.ontap : sources.trident;
    if (silent.state === 'refuses') {
      throw ProblemError.of(silent.problem);
    }
    throw new ProblemError('mirror-not-found', {
      detail: `There is no mirror ${quoted(id)}.`,
      next: 'It may have been deleted. List the mirrors.',
      object: id
    });
  }
}
