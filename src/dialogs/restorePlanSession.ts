/**
 * Keeps the plan of a restore up to date while its dialog is open: makes it, follows it, and makes it anew when
 * something on the volume changes, when its snapshot goes, when events were missed, or when the person asks.
 */
import type { Problem, Restore, ServerEvent } from '../../contract';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { problemOf } from '../commands/problemOf';
import { connectionProblem } from '../commands/targets';
import type { IDatamarkModel } from '../tokens';
import type { ILanguage } from './figures';
import { type PlanState, planState } from './restoreWords';

/** A way to restore a whole volume that a person may choose instead of the plan's own. */
export type RestoreWay = 'swap' | 'copy';

export interface IPlanSessionOptions {
  readonly model: IDatamarkModel;
  /** Asks the server for a new plan. */
  readonly makePlan: (way: RestoreWay | null) => Promise<Restore>;
  /** Asks the server to count the changes of a plan. */
  readonly countChanges: (restore: string) => Promise<Restore>;
  /** Volume the plan is about: what happens there may make it outdated. */
  readonly volume: string;
  /** Snapshot it goes back to: once that is gone there is nothing to approve. */
  readonly snapshot: string;
  readonly language: ILanguage;
}

export class RestorePlanSession implements IDisposable {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);

  constructor(private readonly _options: IPlanSessionOptions) {
    this._hold = _options.model.hold();
    _options.model.observed.connect(this._onObserved, this);
    _options.model.changed.connect(this._onChanged, this);
  }

  get state(): PlanState {
    return this._state;
  }

  /** Why nothing can be asked now, so that what is shown may be outdated; null: it can. */
  get away(): Problem | null {
    const { connection } = this._options.model;
    const refused = connectionProblem(connection, this._options.language.trans);
    if (refused !== null || connection.state !== 'online' || connection.status.freshness.current) {
      return refused;
    }
    return connection.status.freshness.problem;
  }

  get isDisposed(): boolean {
    return this._hold.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._options.model.observed.disconnect(this._onObserved, this);
    this._options.model.changed.disconnect(this._onChanged, this);
    this._hold.dispose();
    Signal.clearData(this);
  }

  /** Makes the plan, or makes it anew. One at a time: a call meanwhile is remembered and done after. `way`: from now on. */
  async plan(way: RestoreWay | null = this._way): Promise<void> {
    this._way = way;
    if (this._making) {
      this._again = true;
      return;
    }
    this._making = true;
    // Blockers stay in view while they are checked again; an old plan does not, because it could be approved.
    if (this._state.state !== 'blocked') {
      this._show({ state: 'planning', restore: null });
    }
    try {
      do {
        this._again = false;
        const restore = await this._options.makePlan(this._way);
        this._plans.add(restore.id);
        this._id = restore.id;
        this._show(planState(this._known(restore), this._options.language));
      } while (this._again && !this.isDisposed);
    } catch (error) {
      const { detail, next } = problemOf(error, this._options.language.trans);
      this._show({ state: 'failed', detail, next });
    } finally {
      this._making = false;
    }
  }

  /** Shows why what was approved was not begun, until the person looks again. */
  refuse({ detail, next }: Problem): void {
    this._show({ state: 'failed', detail, next });
  }

  /** Has the changes of the plan counted; the result comes with the plan. */
  async count(): Promise<void> {
    if (this._id === null) {
      return;
    }
    try {
      const restore = await this._options.countChanges(this._id);
      this._show(planState(this._known(restore), this._options.language));
    } catch (error) {
      const { detail, next } = problemOf(error, this._options.language.trans);
      this._show({ state: 'failed', detail, next });
    }
  }

  /** The newer of what was answered and what the model has seen meanwhile. */
  private _known(answered: Restore): Restore {
    const { restores } = this._options.model;
    const seen = restores.state === 'ready' ? restores.items.find(one => one.id === answered.id) : undefined;
    return seen === undefined || seen.phase === 'planning' ? answered : seen;
  }

  private _onObserved(_: IDatamarkModel, event: ServerEvent): void {
    if (event.type === 'upsert' && event.object.kind === 'restore' && event.object.id === this._id) {
      this._show(planState(event.object, this._options.language));
      return;
    }
    const blocked = this._state.state === 'blocked';
    if (
      (this._state.state === 'planned' || blocked) &&
      (event.type === 'reset' || this._isOfSnapshot(event) || (blocked && this._mayUnblock(event)))
    ) {
      void this.plan();
    }
  }

  private _onChanged(): void {
    const away = this.away?.detail ?? null;
    if (away !== this._toldAway) {
      this._toldAway = away;
      (this.changed as Signal<this, void>).emit();
    }
  }

  /** The snapshot goes, or is gone. */
  private _isOfSnapshot(event: ServerEvent): boolean {
    const { snapshot } = this._options;
    return event.type === 'remove'
      ? event.kind === 'snapshot' && event.id === snapshot
      : event.type === 'upsert' &&
          event.object.kind === 'snapshot' &&
          event.object.name === snapshot &&
          event.object.state.phase === 'deleting';
  }

  private _mayUnblock(event: ServerEvent): boolean {
    return !this._isOwn(event) && mayUnblock(event, this._options.volume);
  }

  /** Making a plan is an operation too; its end must not lead to another plan. */
  private _isOwn(event: ServerEvent): boolean {
    if (event.type !== 'upsert' || event.object.kind !== 'operation' || event.object.verb !== 'restore') {
      return false;
    }
    return this._making || this._plans.has(event.object.object.name);
  }

  private _show(state: PlanState): void {
    if (this.isDisposed) {
      return;
    }
    this._state = state;
    (this.changed as Signal<this, void>).emit();
  }

  private readonly _hold: IDisposable;
  private _state: PlanState = { state: 'planning', restore: null };
  private readonly _plans = new Set<string>();
  private _id: string | null = null;
  private _way: RestoreWay | null = null;
  private _making = false;
  private _again = false;
  private _toldAway: string | null = null;
}

/** Whether an event can mean that a blocker of this volume has ended. */
function mayUnblock(event: ServerEvent, volume: string): boolean {
  if (event.type === 'remove') {
    return (event.kind === 'snapshot' || event.kind === 'clone') && (event.volume === null || event.volume === volume);
  }
  if (event.type !== 'upsert') {
    return false;
  }
  const { object } = event;
  switch (object.kind) {
    case 'operation':
      return object.volume === volume && object.finishedAt !== null;
    case 'snapshot':
      return object.volume === volume && object.state.phase !== 'pending';
    case 'clone':
      return object.source.volume === volume && object.state.phase !== 'pending';
    case 'volume':
    case 'restore':
    case 'mirror':
      return false;
  }
}
