/** All that the page knows of runs: one look for each snapshot, volume and notebook that was looked at. */
import { Signal, type ISignal } from '@lumino/signaling';
import type { RunsOfSnapshot, Snapshot } from '../../contract';
import type { Connection, IDatamarkApi, IDatamarkModel } from '../tokens';
import type { PageVisibility } from './datamarkModel';
import { PinsModel } from './pinsModel';
import { RunsLook, type RunsAnswer, type RunsRequest, type SeenRun } from './runsLook';

/** How many runs are asked for at most. */
const MOST_OF_VOLUME = 500;
const MOST_OF_SNAPSHOT = 200;
const MOST_OF_NOTEBOOK = 50;
/** Looks that are kept; the ones that were used longest ago are forgotten. */
const MOST_LOOKS = 50;

/** What runs are looked for. */
export type LineageSubject =
  | { readonly kind: 'snapshot'; readonly name: string }
  | { readonly kind: 'volume'; readonly id: string }
  | { readonly kind: 'notebook'; readonly path: string };

/** What is known of a snapshot's runs without asking. */
export interface KnownUse {
  /** Newest first. */
  readonly runs: readonly SeenRun[];
  /** There may be more than were read. */
  readonly atLeast: boolean;
}

/** What there is to say of a snapshot’s runs: those that MLflow told, or as many as are written down on it. */
export interface SnapshotUse {
  readonly count: number;
  /** There may be more. */
  readonly atLeast: boolean;
  /** null: MLflow told nothing of it. */
  readonly found: KnownUse | null;
}

export interface LineageModelOptions {
  readonly api: Pick<IDatamarkApi, 'pinned' | 'recentRuns' | 'runsOfSnapshot'>;
  readonly model: Pick<IDatamarkModel, 'changed' | 'connection'>;
  readonly page: PageVisibility;
  readonly now?: () => Date;
  /** Pause between two requests about one search, in ms. */
  readonly pause?: number;
}

/** Looks at runs, kept for the page. It asks nothing by itself. */
export class LineageModel {
  /** What the notebook in front has pinned. */
  readonly pins: PinsModel;
  private readonly options: LineageModelOptions;
  private readonly looks = new Map<string, RunsLook>();
  private readonly signal = new Signal<this, void>(this);
  private shownHere = false;
  /** By what was looked at, then by uid; the newest answer last. */
  private readonly uses = new Map<string, ReadonlyMap<string, KnownUse>>();
  private revisionNow = 0;

  constructor(options: LineageModelOptions) {
    this.options = options;
    this.pins = new PinsModel(options);
    options.model.changed.connect(this.followStatus, this);
  }

  /** Something that is known has changed. */
  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** Whether something is set for MLflow, as the status said last; without it lineage is not shown. */
  get isShown(): boolean {
    this.shownHere = saysLineage(this.options.model.connection) ?? this.shownHere;
    return this.shownHere;
  }

  /** The look at the runs of something. */
  of(subject: LineageSubject): RunsLook {
    const key = JSON.stringify(subject);
    const known = this.looks.get(key);
    if (known !== undefined) {
      this.looks.delete(key);
      this.looks.set(key, known);
      return known;
    }
    const { page, now, pause } = this.options;
    const look = new RunsLook({ page, now, pause, ask: request => this.ask(subject, request) });
    look.changed.connect(() => this.lookChanged(subject, look));
    this.looks.set(key, look);
    const [oldest] = this.looks.keys();
    if (this.looks.size > MOST_LOOKS && oldest !== undefined && this.looks.get(oldest)?.isWatched === false) {
      this.looks.get(oldest)?.dispose();
      this.looks.delete(oldest);
    }
    return look;
  }

  /** Runs and versions of a snapshot as far as they were ever told to this page; null: never. */
  private knownUse(uid: string): KnownUse | null {
    const newestFirst = [...this.uses.values()].reverse();
    return newestFirst.find(found => found.has(uid))?.get(uid) ?? null;
  }

  /** What a snapshot’s row can say of its runs, without asking; null: nothing. */
  useOf({ uid, runs = 0 }: Pick<Snapshot, 'uid' | 'runs'>): SnapshotUse | null {
    const found = this.knownUse(uid);
    const count = Math.max(found?.runs.length ?? 0, runs);
    return count === 0 ? null : { count, atLeast: found?.atLeast ?? false, found };
  }

  /** Grows when `useOf` may answer otherwise. */
  get revision(): number {
    return this.revisionNow;
  }

  /** Something was written to MLflow: what was found is asked for again where somebody looks. */
  outdated(): void {
    this.looks.forEach(look => look.outdated());
  }

  dispose(): void {
    this.options.model.changed.disconnect(this.followStatus, this);
    this.looks.forEach(look => look.dispose());
    this.looks.clear();
    this.pins.dispose();
    Signal.clearData(this);
  }

  private followStatus(): void {
    const before = this.shownHere;
    if (this.isShown !== before) {
      this.signal.emit();
    }
  }

  private async ask(subject: LineageSubject, { signal, anew }: RunsRequest): Promise<RunsAnswer> {
    const { api } = this.options;
    if (subject.kind === 'snapshot') {
      return asAnswer(await api.runsOfSnapshot({ snapshot: subject.name, limit: MOST_OF_SNAPSHOT, anew }, signal));
    }
    const question =
      subject.kind === 'volume'
        ? { volume: subject.id, limit: MOST_OF_VOLUME, anew }
        : { notebook: subject.path, limit: MOST_OF_NOTEBOOK, anew };
    const { runs, ...rest } = await api.recentRuns(question, signal);
    return { ...rest, runs: runs.map(one => ({ ...one, nameOnly: one.nameOnly === true })) };
  }

  private lookChanged(subject: LineageSubject, look: RunsLook): void {
    if (look.content.state === 'ready' && subject.kind !== 'notebook') {
      const { runs, total, more } = look.content.found;
      this.remember(JSON.stringify(subject), runs, total > runs.length || more === true);
    }
    this.signal.emit();
  }

  private remember(subject: string, runs: readonly SeenRun[], atLeast: boolean): void {
    this.revisionNow += 1;
    const found = new Map<string, SeenRun[]>();
    for (const one of runs) {
      for (const { link } of one.snapshots) {
        if (link.uid !== null) {
          found.set(link.uid, [...(found.get(link.uid) ?? []), one]);
        }
      }
    }
    this.uses.delete(subject);
    this.uses.set(subject, new Map([...found].map(([uid, users]) => [uid, { runs: users, atLeast }])));
  }
}

/** Whether a run's link names this very snapshot. */
export const isDataOf = (one: SeenRun, { uid }: Pick<Snapshot, 'uid'>): boolean =>
  one.snapshots.some(({ link }) => link.uid === uid);

/** null: this connection does not say. */
function saysLineage(connection: Connection): boolean | null {
  return connection.state === 'online' ? connection.status.lineage === true : null;
}

function asAnswer({ snapshot, runs, mlflow, search, total }: RunsOfSnapshot): RunsAnswer {
  return {
    mlflow,
    search,
    total,
    runs: runs.map(({ run, match, link }) => ({
      run,
      nameOnly: false,
      snapshots: [
        {
          link,
          now:
            match === 'uid'
              ? { state: 'exists', snapshot }
              : { state: match === 'name' ? 'same-names' : 'other-uid', snapshot, message: '' }
        }
      ]
    }))
  };
}
