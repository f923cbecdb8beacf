/**
 * One volume as this process sees it: keeps the index in step with the store, takes the store's lock before a change
 * and gives it back when idle, and watches for changes by others. Level-triggered: every look is a look at everything.
 */
import * as fs from 'node:fs';
import { basename } from 'node:path';
import type { CheckFinding, Clone, Notice } from '../../../../contract';
import type { ObservedIndex } from '../../observed/observedIndex';
import { ProblemError } from '../../problemError';
import { quarantine } from './atomicFile';
import { checkVolume } from './checkVolume';
import { toClone, writeCloneRecord, type CloneRecord } from './cloneRecord';
import { copyMethodOf } from './copyMethod';
import { IdleRelease } from './idleRelease';
import { browsePathOf, type LocalVolume } from './localVolume';
import { toSnapshot, writeSnapshotRecord, type SnapshotRecord, type TreeMethod } from './snapshotRecord';
import { StoreReader, type Damage, type StoreContents } from './storeContents';
import { StoreWatch } from './storeWatch';
import { errorCode } from './systemProblem';
import { toVolume, writability } from './volumeState';

/** What an observed volume needs. */
export interface ObservedVolumeOptions {
  readonly volume: LocalVolume;
  readonly index: ObservedIndex;
  readonly serverRoot: string | null;
  readonly method: TreeMethod | undefined;
  /** Who works in which clone, by the clone's path; asked at every look. */
  readonly usedBy: (path: string) => Clone['usedBy'];
  /** The lock is given back when nothing needed it for so long, ms. */
  readonly releaseAfterMs: number;
  /** Whether an operation on the volume is queued or running. */
  readonly isBusy: (volume: string) => boolean;
  /** Called each time this process has become the one that may change the store. */
  readonly recover: (observed: ObservedVolume) => Promise<void>;
  /** Called at every look, to show what else the store holds. */
  readonly onLook: (observed: ObservedVolume) => void;
  readonly log: { warn: (details: object, message: string) => void };
}

/** One volume, observed. */
export class ObservedVolume {
  readonly volume: LocalVolume;
  contents: StoreContents = { snapshots: new Map(), clones: new Map(), damages: [] };
  private method: TreeMethod | null = null;
  private changes = 0;
  private looking: Promise<void> = Promise.resolve();
  private recovered = false;
  private claiming: Promise<void> | null = null;
  private readonly reader: StoreReader;
  private readonly shown = new Map<string, SnapshotRecord>();
  private readonly shownClones = new Set<string>();
  private readonly noticesByObject = new Map<string, Notice>();
  private readonly idle: IdleRelease;
  private readonly watch: StoreWatch;
  private stopped = false;

  constructor(private readonly options: ObservedVolumeOptions) {
    this.volume = options.volume;
    const { store } = options.volume;
    this.reader = new StoreReader(store);
    this.idle = new IdleRelease({
      afterMs: options.releaseAfterMs,
      isBusy: () => this.claiming !== null || options.isBusy(this.volume.id),
      release: () => this.release()
    });
    this.watch = new StoreWatch({
      store,
      onChange: () => {
        this.observe().catch((error: unknown) => options.log.warn({ err: error }, 'looking at the store failed'));
      },
      onRefused: error => options.log.warn({ code: errorCode(error), path: store.path }, 'can’t watch the store')
    });
  }

  get notices(): Notice[] {
    return [...this.noticesByObject.values()];
  }

  /** What the preflight report says of this volume. */
  check(): CheckFinding[] {
    return checkVolume(this.volume, this.method);
  }

  /** Looks at the store and puts what it finds into the index. Calls line up. */
  observe(): Promise<void> {
    const look = this.looking.then(() => this.look());
    this.looking = look.catch(() => undefined);
    return look;
  }

  /** Puts in order what a process left that died with the lock; looking at the store alone takes no lock. */
  async claimIfLeft(): Promise<void> {
    if (this.volume.lock.isLeft()) {
      await this.claim();
    }
  }

  /** Takes the lock where there is a store and nobody else has it. Never throws for a lock that is held. */
  async claim(): Promise<void> {
    if (this.volume.store.exists() && writability(this.volume).available) {
      await this.makeWritable();
    }
  }

  /** Returns when this process may change the store, made if need be; throws the problem why not. */
  async makeWritable(): Promise<void> {
    const { volume } = this;
    if (this.stopped) {
      throw new ProblemError('interrupted', { detail: 'Datamark is being stopped.', next: 'Try again.' });
    }
    const can = writability(volume);
    if (!can.available) {
      throw (
        volume.lock.refusal() ??
        new ProblemError('not-supported', { detail: can.reason, next: can.fix, object: volume.name })
      );
    }
    if (!this.recovered || !volume.lock.isHeld()) {
      // Everybody who comes meanwhile waits for the same recovery.
      this.claiming ??= this.takeOver().finally(() => {
        this.claiming = null;
      });
      await this.claiming;
    }
    this.idle.needed();
  }

  /** Keeps the lock until the work is over, if this process has it. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.idle.during(work);
  }

  private async takeOver(): Promise<void> {
    const { store, lock } = this.volume;
    store.create(new Date());
    lock.acquire();
    // From here on also where the rest fails: a lock that nobody gives back stops every other server.
    this.idle.needed();
    this.method = this.options.method ?? copyMethodOf(store);
    // Ends with a look at what it left: with thousands of snapshots each look counts.
    await this.options.recover(this);
    this.recovered = true;
    this.showVolume();
  }

  /** Writes a snapshot's record and shows it at once. */
  put(record: SnapshotRecord): void {
    writeSnapshotRecord(this.volume.store, record);
    this.changed();
    this.contents.snapshots.set(record.name, record);
    this.showSnapshot(record);
    this.showVolume();
  }

  /** Writes a clone's record and shows it at once. */
  putClone(record: CloneRecord): void {
    writeCloneRecord(this.volume.store, record);
    this.changed();
    this.contents.clones.set(record.name, record);
    this.showClone(record);
  }

  /** Notes that the store was changed by this process, for a look that is under way and for other processes. */
  changed(): void {
    this.changes += 1;
    this.volume.store.touch();
  }

  /** Tells of something that is wrong but does not stop the rest. */
  report(notice: Notice): void {
    this.noticesByObject.set(notice.object ?? notice.message, notice);
  }

  /** Stops watching and gives the lock back. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.watch.close();
    this.idle.cancel();
    await this.looking;
    this.volume.lock.release();
  }

  /** Another process may change the store now: before the next change by this one all of it is looked at again. */
  private release(): void {
    this.recovered = false;
    try {
      this.volume.lock.release();
    } catch (error) {
      this.options.log.warn({ err: error, path: this.volume.store.lock }, 'the lock can’t be given back');
    }
  }

  private async look(): Promise<void> {
    for (let before = -1; before !== this.changes;) {
      before = this.changes;
      const contents = await this.reader.read();
      if (before === this.changes) {
        this.contents = contents;
      }
    }
    this.tellDamages();
    this.showAll();
    this.options.onLook(this);
    this.watch.open();
  }

  private showAll(): void {
    const { index } = this.options;
    for (const record of this.contents.snapshots.values()) {
      if (this.shown.get(record.name) !== record) {
        this.showSnapshot(record);
      }
    }
    for (const name of this.shown.keys()) {
      if (!this.contents.snapshots.has(name)) {
        this.shown.delete(name);
        index.remove('snapshot', name);
      }
    }
    const clones = [...this.contents.clones.values()].filter(record => this.isThere(record));
    const present = new Set(clones.map(({ name }) => `${this.volume.slug}.${name}`));
    clones.forEach(record => this.showClone(record));
    for (const id of [...this.shownClones]) {
      if (!present.has(id)) {
        this.shownClones.delete(id);
        index.remove('clone', id);
      }
    }
    this.showVolume();
  }

  /** A clone whose directory somebody removed is no clone any more. */
  private isThere(record: CloneRecord): boolean {
    return record.state.phase !== 'ready' || fs.existsSync(this.volume.store.clone(record.name));
  }

  private showSnapshot(record: SnapshotRecord): void {
    this.shown.set(record.name, record);
    this.options.index.upsert(toSnapshot(record, this.volume));
  }

  private showClone(record: CloneRecord): void {
    const { volume, options } = this;
    const path = volume.store.clone(record.name);
    const source = this.contents.snapshots.get(record.source.name);
    const clone = toClone(record, {
      volume,
      sourceExists: record.source.kind === 'volume' || source?.uid === record.source.uid,
      browsePath: browsePathOf(path, options.serverRoot),
      usedBy: options.usedBy(path)
    });
    this.shownClones.add(clone.id);
    options.index.upsert(clone);
  }

  private showVolume(): void {
    const { volume, method, options } = this;
    const snapshots = [...this.contents.snapshots.values()];
    options.index.upsert(toVolume({ volume, snapshots, method, serverRoot: options.serverRoot }));
  }

  /** Reports records that can't be understood; who holds the lock moves them out of the way, and never deletes them. */
  private tellDamages(): void {
    const { store, lock } = this.volume;
    for (const damage of this.contents.damages) {
      if (lock.isHeld()) {
        const place = quarantine(damage.path, store.quarantine);
        this.options.log.warn({ ...damage, place }, 'quarantined');
        this.notice(
          damage,
          `It was moved to ${place} and is not used.`,
          `Look into ${place}: the files in it are whole.`
        );
      } else {
        this.notice(damage, 'It is not shown.', `Look at ${damage.path}.`);
      }
    }
  }

  private notice(damage: Damage, consequence: string, fix: string): void {
    const { path, what, name, why } = damage;
    const message = `The record of the ${what} ${basename(name)} in ${this.volume.name} can’t be read: ${why}. ${consequence}`;
    this.noticesByObject.set(path, { code: 'store-corrupt', message, fix, object: name });
  }
}
