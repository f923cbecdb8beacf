/**
 * Follows claims of this server in the cluster: a few each by its name, many by one list and one watch of all that the
 * namespace holds. Where the account may not watch, looks at them when it is asked to.
 */
import { z } from 'zod';
import type { AccountRights, Verb } from '../accountRights';
import { KubernetesError, type KubernetesApi, type Watch } from '../client/kubernetesApi';
import { paths } from '../resources';
import { PersistentVolumeClaim } from './claimResource';
import type { ObservedClaim } from './observedClaim';

/**
 * So many claims are followed by their names: each then costs a list and a watch, but the API server finds it by its
 * name, and what others do with theirs is not told. With more, one list of the namespace takes fewer calls, 500 claims
 * each, and one watch takes the place of all.
 */
const FOLLOWED_BY_NAME = 25;

export interface ClaimWatchOptions {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may'>;
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly claims: readonly ObservedClaim[];
  /** Lets work go on that nobody waits for. */
  readonly background: (task: Promise<void>) => void;
}

/** Claims that are followed together: each alone, or all. */
export function claimGroups(claims: readonly ObservedClaim[]): (readonly ObservedClaim[])[] {
  return claims.length > FOLLOWED_BY_NAME ? [claims] : claims.map(claim => [claim]);
}

/** One watch, or none where the account may not. */
export class ClaimWatch {
  private readonly claims: ReadonlyMap<string, ObservedClaim>;
  /** Others' claims are dropped unread. */
  private readonly item: z.ZodType<PersistentVolumeClaim | null>;
  private readonly selection: { readonly fieldSelector?: string };
  private watch: Watch | null = null;
  private watchRefused = false;
  private wasCurrent = false;
  private listRefused = false;
  private asking: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: ClaimWatchOptions) {
    this.claims = new Map(options.claims.map(one => [one.claim, one]));
    this.item = z.preprocess(
      value => (this.claims.has(nameOf(value)) ? value : null),
      PersistentVolumeClaim.nullable()
    );
    const [first] = options.claims;
    this.selection =
      first !== undefined && options.claims.length === 1 ? { fieldSelector: `metadata.name=${first.claim}` } : {};
  }

  /** Sees to it that the claims are known: begins to watch, or asks for them once. Never rejects. */
  async look(): Promise<void> {
    if (this.stopped) {
      return;
    }
    if (this.watch === null && this.mayWatch()) {
      await this.beginWatch();
    }
    if (this.watch === null) {
      await this.ask();
    }
  }

  /** Ends the watch, and begins no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.endWatch();
  }

  /** Where it was refused though nothing said so, it takes a review that says otherwise. */
  private mayWatch(): boolean {
    return this.may('list', this.watchRefused) && this.may('watch', this.watchRefused);
  }

  private may(verb: Verb, refused: boolean): boolean {
    const may = this.options.rights.may(verb, '', 'persistentvolumeclaims');
    return refused ? may === true : may !== false;
  }

  private async beginWatch(): Promise<void> {
    const { api, namespace, timeoutMs } = this.options;
    const watch = api.watch({
      path: paths.claims(namespace),
      ...this.selection,
      item: this.item,
      replaced: items => this.replaced(items),
      upserted: item => this.told(item, item),
      deleted: item => this.told(item, null),
      health: health => {
        if (health.state === 'current') {
          this.wasCurrent = true;
          this.claims.forEach(one => one.reached());
        } else if (health.error.status === 403) {
          // Looking may be allowed where watching is not. What was allowed before may be so again soon.
          this.watchRefused = !this.wasCurrent;
          this.options.background(this.watchRefused ? this.endWatch().then(() => this.ask()) : this.ask());
        } else {
          const { error } = health;
          this.claims.forEach(one => one.failed(error));
        }
      }
    });
    this.watch = watch;
    // Why it fails is told by its health, and it goes on trying.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([watch.listed.catch(() => undefined), late]);
    clearTimeout(timer);
  }

  private async endWatch(): Promise<void> {
    const { watch } = this;
    this.watch = null;
    await watch?.stop();
  }

  /** One look for all who ask at the same time. */
  private ask(): Promise<void> {
    this.asking ??= this.askAll().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** Many by one list where that is allowed, else each by its name. */
  private async askAll(): Promise<void> {
    if (this.claims.size > 1 && this.may('list', this.listRefused) && (await this.listed())) {
      return;
    }
    await Promise.all([...this.claims.values()].map(one => one.ask()));
  }

  /** false: the account may not. */
  private async listed(): Promise<boolean> {
    const { api, namespace } = this.options;
    try {
      const { items } = await api.list({ path: paths.claims(namespace), item: this.item });
      this.replaced(items);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 403) {
        this.listRefused = true;
        return false;
      }
      this.claims.forEach(one => one.failed(error));
    }
    return true;
  }

  private replaced(items: readonly (PersistentVolumeClaim | null)[]): void {
    const byName = new Map(items.map(item => [item?.metadata.name, item]));
    this.claims.forEach((one, name) => one.see(byName.get(name) ?? null));
  }

  private told(item: PersistentVolumeClaim | null, now: PersistentVolumeClaim | null): void {
    if (item !== null) {
      this.claims.get(item.metadata.name)?.see(now);
    }
  }
}

const Named = z.object({ metadata: z.object({ name: z.string() }) });

const nameOf = (value: unknown): string => Named.safeParse(value).data?.metadata.name ?? '';
