/**
 * Trident’s objects and ONTAP, joined: what is told goes into the index, from where every browser learns of it, and what is asked
 * of a mirror goes to the source that can do it. ONTAP is asked only when somebody looks; Trident’s objects are followed.
 */
import type { Mirror, MirrorSource } from '../../../contract';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import type { IngestSettings } from './ingestSettings';
import { MAX_AGE_ANNOTATION, maxAgeOf } from './maxAge';
import { guardOf } from './model/freshnessGuard';
import { joinMirrors, type JoinedMirror } from './model/joinMirrors';
import { runsInOntap } from './model/runsInOntap';
import { ThroughController } from './throughController';
import { TransferEnds } from './transferEnds';
import type { MirrorSourceTrident, TridentMirrors } from './trident/mirrorSourceTrident';

const TRIDENT_PATIENCE_MS = 10_000;
const LOCAL = 'Directories of this computer receive no mirrors.';
const NO_CONTROLLER = 'No controller that asks ONTAP is set up here.';

export interface MirrorSourcesOptions {
  readonly provider: Provider;
  readonly settings: IngestSettings;
  readonly version: string;
  /** Left out: the one that the settings name. */
  readonly controller?: ThroughController | null;
}

export interface MirrorsTold {
  readonly joined: readonly JoinedMirror[];
  readonly sources: { readonly trident: MirrorSource; readonly ontap: MirrorSource };
  /** By which ages are computed. */
  readonly now: Date;
}

const NO_TRIDENT: TridentMirrors = { mirrors: [], source: { state: 'absent', reason: LOCAL } };

export class MirrorSources {
  readonly controller: ThroughController | null;
  readonly #options: MirrorSourcesOptions;
  readonly #ends: TransferEnds | null;
  #trident: Promise<MirrorSourceTrident | null> | null = null;
  #opened: MirrorSourceTrident | null = null;
  #unfollow: (() => void) | null = null;
  #followers = 0;
  #disposed = false;

  constructor(options: MirrorSourcesOptions) {
    this.#options = options;
    const { settings, version, provider } = options;
    const address = provider.openMirrors === undefined ? null : settings.controller;
    const userAgent = `datamark/${version}`;
    this.controller =
      options.controller === undefined ? address && new ThroughController({ address, userAgent }) : options.controller;
    const { controller } = this;
    this.#ends = controller && new TransferEnds({ wait: () => controller.afterTransfer(), told: () => this.publish() });
  }

  /** Asks both; neither waits for the other. Never rejects: what went wrong is in `sources`. */
  async look(anew: boolean): Promise<MirrorsTold> {
    const trident = this.trident().then(source => source?.list(AbortSignal.timeout(TRIDENT_PATIENCE_MS)));
    await Promise.all([trident, this.controller?.look(anew)]);
    return this.publish();
  }

  /** Trident’s side; null: there is none. */
  trident(): Promise<MirrorSourceTrident | null> {
    this.#trident ??= this.#open();
    return this.#trident;
  }

  /** So many clients follow the event stream now. */
  followers(count: number): void {
    this.#followers = count;
    this.#opened?.followers(count);
    this.publish();
  }

  /** What both told last, also put into the index. */
  publish(): MirrorsTold {
    const { provider } = this.#options;
    const { index } = provider;
    const trident = this.#opened?.current() ?? NO_TRIDENT;
    const ontap = this.controller?.current() ?? null;
    const now = ontap?.now ?? provider.now?.() ?? new Date();
    const joined = joinMirrors({
      trident: trident.mirrors,
      told: ontap?.items ?? [],
      volumeNames: new Map(index.all('volume').map(({ id, name }) => [id, name])),
      ontapAnswers: ontap?.source.state === 'answers'
    }).map(one => ({ ...one, mirror: this.#guarded(one.mirror, now) }));
    const known = new Set(joined.map(({ mirror }) => mirror.id));
    for (const { id } of index.all('mirror')) {
      if (!known.has(id)) {
        index.remove('mirror', id);
      }
    }
    joined.forEach(({ mirror }) => index.upsert(mirror));
    this.#ends?.look(this.#followers > 0 && joined.some(runsInOntap));
    return { joined, now, sources: { trident: trident.source, ontap: ontap?.source ?? this.#noOntap() } };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#unfollow?.();
    const trident = await this.#trident?.catch(() => null);
    // The connection first: it ends the call that waits.
    await Promise.all([trident?.stop(), this.controller?.dispose(), this.#ends?.dispose()]);
  }

  async #open(): Promise<MirrorSourceTrident | null> {
    const trident = (await this.#options.provider.openMirrors?.()) ?? null;
    if (trident !== null && !this.#disposed) {
      this.#opened = trident;
      trident.followers(this.#followers);
      this.#unfollow = trident.follow(() => this.publish());
    }
    return trident;
  }

  #noOntap(): MirrorSource {
    const { provider, settings } = this.#options;
    if (provider.openMirrors === undefined) {
      return { state: 'absent', reason: LOCAL };
    }
    if (settings.unusable === null) {
      return { state: 'absent', reason: NO_CONTROLLER };
    }
    const { problem } = new ProblemError('not-supported', {
      detail: settings.unusable,
      next: 'Ask an admin to correct them.'
    });
    return { state: 'refuses', problem, asOf: null };
  }

  #guarded(mirror: Mirror, now: Date): Mirror {
    const { provider, settings } = this.#options;
    const annotation = provider.claimOf?.(mirror.volume)?.annotations[MAX_AGE_ANNOTATION];
    const { maxAge, trouble } = maxAgeOf({ annotation, setting: settings.maxAge[mirror.volume] });
    return {
      ...mirror,
      hint: [mirror.hint, trouble].filter(one => one !== null).join(' ') || null,
      guard: maxAge === null ? null : guardOf(maxAge, mirror.data, now)
    };
  }
}
