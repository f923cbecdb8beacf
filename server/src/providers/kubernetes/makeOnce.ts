/**
 * Making an object once for one Idempotency-Key: looked for by the label `operation` before the write, and waited for
 * while another request with the same key is making it. Nothing is kept beyond the process.
 */
import type { z } from 'zod';
import { KubernetesError, type KubernetesApi } from './client/kubernetesApi';
import { mayHaveArrived } from './client/apiFailure';
import { clusterProblem } from './clusterProblem';
import { labels } from './names';
import type { FeedHealth } from './objectFeed';

/** A name with four random characters is taken by chance once in 1.7 million; with each try it has one more. */
export const NAME_TRIES = 3;

/** The objects as they are followed. */
interface Followed<Resource> {
  readonly watched: boolean;
  readonly health: FeedHealth;
  madeFor(operationKey: string): Resource | undefined;
}

export interface MakeOnceOptions<Resource, Made> {
  readonly api: KubernetesApi;
  /** Of the collection. */
  readonly path: string;
  readonly item: z.ZodType<Resource>;
  readonly followed: Followed<Resource>;
  /** What is answered for an object that is there; null: it is not one of ours to show. */
  readonly show: (resource: Resource) => Made | null;
  /** A sentence for when it can't be found out whether there is one. */
  readonly unclear: string;
}

/** What is known of a key: `perhaps`, where a try of it may have made something and was not answered. */
export type Tried = 'made' | 'perhaps' | 'never';

export class MakeOnce<Resource, Made> {
  private readonly underWay = new Map<string, Promise<Made>>();
  private readonly unanswered = new Set<string>();

  constructor(private readonly options: MakeOnceOptions<Resource, Made>) {}

  /** Resolves with what the same key made before, else with what `makeNew` makes. */
  async make(operationKey: string | null, makeNew: () => Promise<Made>): Promise<Made> {
    if (operationKey === null) {
      return makeNew();
    }
    const same = this.underWay.get(operationKey);
    if (same !== undefined) {
      return same;
    }
    const made = this.findOrMake(operationKey, makeNew).finally(() => this.underWay.delete(operationKey));
    this.underWay.set(operationKey, made);
    return made;
  }

  /** For while the cluster can't be asked. */
  tried(operationKey: string | null): Tried {
    const { followed } = this.options;
    if (operationKey === null) {
      return 'never';
    }
    if (this.underWay.has(operationKey) || followed.madeFor(operationKey) !== undefined) {
      return 'made';
    }
    // Before the first list it is not known what a sidecar before this one has made.
    const { health } = followed;
    const wasRead = health.state === 'current' || (health.state === 'broken' && health.asOf !== null);
    return this.unanswered.has(operationKey) || !wasRead ? 'perhaps' : 'never';
  }

  private async findOrMake(operationKey: string, makeNew: () => Promise<Made>): Promise<Made> {
    const { followed, show } = this.options;
    const known = followed.madeFor(operationKey) ?? (await this.askFor(operationKey));
    const shown = known === undefined ? null : show(known);
    if (shown !== null) {
      this.unanswered.delete(operationKey);
      return shown;
    }
    try {
      const made = await makeNew();
      this.unanswered.delete(operationKey);
      return made;
    } catch (error) {
      const { cause } = error instanceof Error ? error : {};
      if (cause instanceof KubernetesError && mayHaveArrived(cause)) {
        this.unanswered.add(operationKey);
      } else {
        this.unanswered.delete(operationKey);
      }
      throw error;
    }
  }

  /** The cluster is asked only where what is followed may lag behind it. */
  private async askFor(operationKey: string): Promise<Resource | undefined> {
    const { api, path, item, followed, unclear } = this.options;
    if (followed.watched && followed.health.state === 'current') {
      return undefined;
    }
    try {
      return (await api.list({ path, item, labelSelector: `${labels.operation}=${operationKey}` })).items[0];
    } catch (error) {
      throw clusterProblem(error, { what: unclear });
    }
  }
}

export interface NamedObject<Resource> {
  /** Of the collection. */
  readonly path: string;
  /** Of this try alone. */
  readonly name: string;
  readonly body: object;
  readonly schema: z.ZodType<Resource>;
  readonly query?: Readonly<Record<string, string>>;
}

/** One POST. Where its answer was lost, the object of that name is looked for. */
export async function createNamed<Resource>(
  api: KubernetesApi,
  { path, name, body, schema, query }: NamedObject<Resource>
): Promise<Resource> {
  try {
    return await api.request({ method: 'POST', path, body, schema, ...(query === undefined ? {} : { query }) });
  } catch (error) {
    if (!(error instanceof KubernetesError) || (error.status !== 0 && error.status < 500)) {
      throw error;
    }
    return api.request({ path: `${path}/${name}`, schema }).catch(() => {
      throw error;
    });
  }
}

/** What became of a write that has failed, as a sentence: where no answer came, nobody knows. */
export const outcomeOf = (error: unknown, { notMade, made }: { notMade: string; made: string }): string =>
  error instanceof KubernetesError && mayHaveArrived(error) ? `Whether ${made} isn’t known.` : notMade;

/** Whether another name may be tried after this error. */
export const isNameTaken = (error: unknown): boolean =>
  error instanceof KubernetesError && error.reason === 'AlreadyExists';
