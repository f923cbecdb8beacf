/**
 * Makes snapshots without being asked, through the provider's interface alone, and removes the old ones of them.
 * Keeps no state: when one is due follows from the snapshots that exist. Nobody has to be connected for it.
 */
import { createHash } from 'node:crypto';
import { problemSlug, type AutomaticStatus, type Notice, type Snapshot, type Volume } from '../../../../contract';
import type { AutomaticSettings } from '../../automaticSettings';
import type { Log } from '../../log';
import { ProblemError } from '../../problemError';
import type { GuardedDeletion } from '../../lineage/guardedDeletion';
import type { Provider } from '../../providers/provider';
import { keptMore, madeUnseen, notMade, refusal } from './automaticNotices';
import {
  afterFailure,
  coveredBy,
  dueAt,
  failedAttempt,
  NOTHING_REMEMBERED,
  outdated,
  type VolumeMemory
} from './automaticPlan';
import { fileState, type FileState } from './fileState';
import { isQuiet } from './quietFiles';

export interface AutomaticSnapshotsOptions {
  readonly provider: Provider;
  /** Says what deleting one of its snapshots would do to runs and models too; absent: the provider's plan is all. */
  readonly deletion?: Pick<GuardedDeletion, 'plan'>;
  readonly settings: AutomaticSettings;
  readonly log: Log;
  /** Start of this process, for a server whose start is not known. */
  readonly startedAt: Date;
  /** Whether snapshots leave a path out, so that it does not count as a change. */
  readonly excludes?: (path: string, isDirectory: boolean) => boolean;
  /** What is mounted below a volume is not part of its snapshots. */
  readonly oneFileSystem: boolean;
  /** How far the clock of the storage may be ahead of that of the files, ms; null: it is the same clock. */
  readonly clockSkewMs: number | null;
  readonly now?: () => number;
}

/** A machine that slept has a clock that jumped: the time is looked at again at least so often, ms. */
const LONGEST_WAIT_MS = 60_000;
/** Between two rounds, also where one could do nothing, ms. */
const SHORTEST_WAIT_MS = 1000;
/** A snapshot seen in the making holds all that was written so long before, ms. */
const ARRIVAL_MARGIN_MS = 2_000;

/** Automatic snapshots of all volumes. */
export class AutomaticSnapshots {
  private readonly stopping = new AbortController();
  private readonly memories = new Map<string, VolumeMemory>();
  private readonly takingTroubles = new Map<string, Notice>();
  private readonly pruningTroubles = new Map<string, Notice>();
  /** When a pending snapshot was first seen by this process, ms. */
  private readonly seenPendingAt = new Map<string, number>();
  private readonly now: () => number;
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly options: AutomaticSnapshotsOptions) {
    this.now = options.now ?? Date.now;
    this.startedAt = Date.parse(options.settings.serverStartedAt ?? options.startedAt.toISOString());
  }

  /** Begins, when the index can be told. */
  start(): void {
    if (this.options.settings.mode === 'off' || this.stopping.signal.aborted) {
      return;
    }
    this.unsubscribe = this.options.provider.index.subscribe(change => {
      if (change.type !== 'upsert' || change.object.kind !== 'snapshot') {
        return;
      }
      this.observe(change.object);
    });
    this.wakeIn(0);
  }

  /** Ends; what the provider has begun is its own. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.unsubscribe();
    clearTimeout(this.timer);
    await this.running;
  }

  /** The setting, and when files are looked at next. */
  status(): AutomaticStatus {
    const { mode, everyMs, keep } = this.options.settings;
    const next = this.nextAt();
    return {
      mode,
      hours: mode === 'every' ? everyMs / 3_600_000 : null,
      keep,
      nextAt: Number.isFinite(next) ? new Date(next).toISOString() : null
    };
  }

  /** Why a volume gets none, or more than are kept. */
  notices(): Notice[] {
    if (this.options.settings.mode === 'off') {
      return [];
    }
    return this.volumes().flatMap(volume => {
      const refused = refusal(volume);
      const troubles = [this.takingTroubles.get(volume.id), this.pruningTroubles.get(volume.id)];
      return refused === null ? troubles.filter(notice => notice !== undefined) : [refused];
    });
  }

  /** Looks at every volume once; calls at the same time share one look. */
  round(): Promise<void> {
    this.running ??= this.eachVolume()
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) {
          this.options.log.error({ err: error }, 'automatic snapshots failed');
        }
      })
      .finally(() => {
        this.running = null;
        this.wakeIn(LONGEST_WAIT_MS, SHORTEST_WAIT_MS);
      });
    return this.running;
  }

  private wakeIn(atMost: number, atLeast = 0): void {
    clearTimeout(this.timer);
    if (!this.stopping.signal.aborted) {
      this.timer = setTimeout(() => void this.round(), Math.max(atLeast, Math.min(atMost, this.nextAt() - this.now())));
      this.timer.unref();
    }
  }

  /** When the next volume is due, ms. */
  private nextAt(): number {
    return Math.min(...this.volumes().map(volume => this.dueAt(volume) ?? Number.POSITIVE_INFINITY));
  }

  private volumes(): Volume[] {
    return this.options.provider.index.all('volume');
  }

  private snapshotsOf(volume: string): Snapshot[] {
    return this.options.provider.index.all('snapshot').filter(snapshot => snapshot.volume === volume);
  }

  private dueAt(volume: Volume): number | null {
    return refusal(volume) === null
      ? dueAt(this.options.settings, this.snapshotsOf(volume.id), this.memory(volume.id), this.startedAt)
      : null;
  }

  private memory(volume: string): VolumeMemory {
    return this.memories.get(volume) ?? NOTHING_REMEMBERED;
  }

  private remember(volume: string, covered: string | null): void {
    this.memories.set(volume, { covered, idleAt: this.now(), failures: 0, notBefore: 0 });
  }

  private observe({ name, volume, origin, state }: Snapshot): void {
    if (state.phase === 'pending') {
      this.seenPendingAt.set(name, this.seenPendingAt.get(name) ?? this.now());
      return;
    }
    if (origin !== 'auto') {
      return;
    }
    if (state.phase === 'failed' && this.seenPendingAt.delete(name)) {
      const shown = this.options.provider.index.get('volume', volume);
      if (shown !== undefined) {
        this.failed(shown, ProblemError.of(state.problem));
      }
    }
    this.wakeIn(0);
  }

  private async eachVolume(): Promise<void> {
    const { signal } = this.stopping;
    const isDue = (volume: Volume): boolean => (this.dueAt(volume) ?? Number.POSITIVE_INFINITY) <= this.now();
    if (this.volumes().some(isDue)) {
      await this.options.provider.refresh();
    }
    // Without knowing what is there, neither a snapshot nor a deletion is right. The status says why.
    if (!this.options.provider.freshness().current) {
      return;
    }
    for (const volume of this.volumes()) {
      signal.throwIfAborted();
      if (isDue(volume)) {
        await this.attend(volume).catch((error: unknown) => {
          signal.throwIfAborted();
          this.failed(volume, error);
        });
      }
      signal.throwIfAborted();
      await this.prune(volume);
    }
  }

  /** Makes a snapshot if files changed. */
  private async attend(volume: Volume): Promise<void> {
    const snapshots = this.snapshotsOf(volume.id);
    if (snapshots.some(one => one.origin === 'auto' && one.state.phase === 'pending')) {
      return this.remember(volume.id, this.memory(volume.id).covered);
    }
    const state = await this.look(volume);
    if (!this.isCovered(volume, state)) {
      await this.make(volume, state);
    }
    this.remember(volume.id, state.known ? state.fingerprint : null);
    this.takingTroubles.delete(volume.id);
    if (!state.known) {
      this.takingTroubles.set(volume.id, madeUnseen(volume, state.reason));
    }
  }

  private look(volume: Volume): Promise<FileState> {
    const { excludes = () => false, oneFileSystem } = this.options;
    return fileState({
      root: volume.mountPath,
      ignores: (path, isDirectory) => isQuiet(path) || excludes(path, isDirectory),
      oneFileSystem,
      signal: this.stopping.signal
    });
  }

  /** Whether a snapshot holds this state already. Counts as covered only what surely is. */
  private isCovered(volume: Volume, state: FileState): boolean {
    if (!state.known) {
      return false;
    }
    const { covered, idleAt } = this.memory(volume.id);
    // A file that got an old time later shows only in the fingerprint.
    const since = covered === null || idleAt === null ? Number.NEGATIVE_INFINITY : idleAt;
    const takenAt = (snapshot: Snapshot): number => this.takenAt(snapshot);
    const later = this.snapshotsOf(volume.id).filter(snapshot => takenAt(snapshot) > since);
    return covered === state.fingerprint || coveredBy(later, state.newestMs, takenAt) !== undefined;
  }

  /** The latest moment by the clock of the files whose writes a snapshot surely holds, ms. */
  private takenAt({ name, createdAt }: Snapshot): number {
    const { clockSkewMs } = this.options;
    const created = Date.parse(createdAt);
    const seen = this.seenPendingAt.get(name);
    if (clockSkewMs === null) {
      return created;
    }
    return seen === undefined ? created - clockSkewMs : Math.min(created, seen - ARRIVAL_MARGIN_MS);
  }

  /** The same state gives the same key, so that also another process makes no second snapshot of it. */
  private async make(volume: Volume, state: FileState): Promise<void> {
    const { provider, log } = this.options;
    const failed = failedAttempt(this.snapshotsOf(volume.id));
    if (failed !== undefined) {
      await provider.retrySnapshot(failed.name);
      log.info({ volume: volume.id, snapshot: failed.name }, 'automatic snapshot tried again');
      return;
    }
    const text = state.known ? state.fingerprint : `at ${this.now()}`;
    const operationKey = createHash('sha256').update(`automatic\n${volume.uid}\n${text}`).digest('hex').slice(0, 16);
    const request = { note: '', heldUntil: null, notebook: null };
    const made = await provider.createSnapshot(volume.id, request, { operationKey, origin: 'auto' });
    log.info({ volume: volume.id, snapshot: made.name }, 'automatic snapshot');
  }

  /** Removes what is beyond the number to keep, one after the other, and only what nothing needs. */
  private async prune(volume: Volume): Promise<void> {
    const { provider, deletion, settings, log } = this.options;
    const { keep } = settings;
    const old = outdated(this.snapshotsOf(volume.id), keep, this.now());
    const kept = (why: unknown): void =>
      void this.pruningTroubles.set(volume.id, keptMore(volume, keep + old.length, keep, why));
    this.pruningTroubles.delete(volume.id);
    try {
      for (const { name, uid } of old) {
        const right = provider.capabilities().delete;
        if (!right.available) {
          throw new ProblemError('forbidden', { detail: right.reason, next: right.fix, object: name });
        }
        const plan = await (deletion?.plan(name) ?? provider.planSnapshotDelete(name));
        this.stopping.signal.throwIfAborted();
        if (plan.uid === uid && plan.allowed && plan.warnings.length === 0) {
          await provider.deleteSnapshot(name, uid);
          log.info({ volume: volume.id, snapshot: name }, 'old automatic snapshot deleted');
        }
      }
    } catch (error) {
      this.stopping.signal.throwIfAborted();
      log.warn({ err: error, volume: volume.id }, 'old automatic snapshots are kept');
      kept(error);
    }
  }

  private failed(volume: Volume, error: unknown): void {
    const memory = { ...this.memory(volume.id), covered: null, idleAt: null };
    const busy = error instanceof ProblemError && problemSlug(error.problem.type) === 'operation-in-progress';
    // Whatever runs there ends soon, and nothing is wrong.
    this.memories.set(volume.id, afterFailure(busy ? { ...memory, failures: 0 } : memory, this.now()));
    this.options.log.warn({ err: error, volume: volume.id }, 'the automatic snapshot was not made');
    if (!busy) {
      this.takingTroubles.set(volume.id, notMade(volume, error));
    }
  }
}
