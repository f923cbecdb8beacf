/**
 * Keeps the plan of a restore up to date while its dialog is open: makes it, follows it, and makes it anew when
 * something on the volume changes, when it has run out, or when the person asks.
 */
import type { Restore, ServerEvent } from '../../contract';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { problemOf } from '../commands/problemOf';
import type { IDatamarkModel } from '../tokens';
import type { ILanguage } from './figures';
import { type PlanState, planState } from './restoreWords';

export interface IPlanSessionOptions {
  readonly model: IDatamarkModel;
  /** Asks the server for a new plan. */
  readonly makePlan: () => Promise<Restore>;
  /** Volume the plan is about: what happens there may make it outdated. */
  readonly volume: string;
  readonly language: ILanguage;
}

export class RestorePlanSession implements IDisposable {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);

  constructor(private readonly _options: IPlanSessionOptions) {
    this._hold = _options.model.hold();
    _options.model.observed.connect(this._onObserved, this);
  }

  get state(): PlanState {
    return this._state;
  }

  get isDisposed(): boolean {
    return this._hold.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._options.model.observed.disconnect(this._onObserved, this);
    this._hold.dispose();
    Signal.clearData(this);
  }

  /** Makes the plan, or makes it anew. One at a time: a call meanwhile is remembered and done after. */
  async plan(): Promise<void> {
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
        const restore = await this._options.makePlan();
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
    if (this._state.state === 'blocked' && !this._isOwn(event) && mayUnblock(event, this._options.volume)) {
      void this.plan();
    }
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
  private _making = false;
  private _again = false;
}

/** Whether an event can mean that a blocker of this volume has ended. */
function mayUnblock(event: ServerEvent, volume: string): boolean {
  if (event.type === 'remove') {
    return (event.kind === 'snapshot' || event.kind === 'clone') && (event.volume === null || event.volume === volume);
  }
  if (event.type !== 'upsert') {
    return event.type === 'reset';
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
      return false;
  }
}
