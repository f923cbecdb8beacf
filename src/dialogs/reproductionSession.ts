/**
 * Plans a reproduction and carries it out: asks for it, waits while clones are made, and asks again with the name it was given.
 * It goes on without a dialog; nothing of it is kept but on the server.
 */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Clone, Problem, Reproduction, ReproductionPlan } from '../../contract';
import { problemOf } from '../commands/problemOf';
import { pause } from '../model/pause';
import type { IDatamarkApi, IDatamarkModel, ReproductionRequest } from '../tokens';
import type { ILanguage } from './figures';

/** Clones that nobody tells of are asked about again after this long, in ms. */
const LOOK_AGAIN_MS = 30_000;
/** Least time between two requests about one reproduction, in ms. */
const PAUSE_MS = 500;

export type ReproductionStage =
  | { readonly state: 'planning' }
  | { readonly state: 'unplanned'; readonly problem: Problem }
  | { readonly state: 'planned'; readonly plan: ReproductionPlan }
  /** `made`: as it was last told; null: it is asked for. */
  | { readonly state: 'making'; readonly since: Date; readonly made: Reproduction | null }
  | { readonly state: 'stopped'; readonly problem: Problem; readonly made: Reproduction | null }
  /** It has come to an end that is no fault: a notebook, clones without one, or a server that has to be started. */
  | { readonly state: 'made'; readonly made: Reproduction };

export interface ReproductionSessionOptions {
  readonly api: Pick<IDatamarkApi, 'planReproduction' | 'makeReproduction'>;
  readonly model: Pick<IDatamarkModel, 'whenClone'>;
  /** A run’s id, or a version as `models:/name/3`. */
  readonly of: string;
  readonly newKey: () => string;
  readonly language: ILanguage;
  /** See PAUSE_MS. */
  readonly pause?: number;
}

export class ReproductionSession implements IDisposable {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);
  private readonly _end = new AbortController();
  private _stage: ReproductionStage = { state: 'planning' };
  private _plan: ReproductionPlan | null = null;
  private _body: ReproductionRequest;
  private _key = '';
  private _following: Promise<void> = Promise.resolve();

  constructor(private readonly _options: ReproductionSessionOptions) {
    this._body = { of: _options.of };
  }

  get stage(): ReproductionStage {
    return this._stage;
  }

  /** The plan that was read last; null: none was. */
  get plan(): ReproductionPlan | null {
    return this._plan;
  }

  /** What is asked for, with its name once it has one. */
  get request(): ReproductionRequest {
    return this._body;
  }

  /** Resolves when what was begun has come to an end, however. Never rejects. */
  get following(): Promise<void> {
    return this._following;
  }

  get isDisposed(): boolean {
    return this._end.signal.aborted;
  }

  dispose(): void {
    this._end.abort();
    Signal.clearData(this);
  }

  /** Reads what can be brought back. */
  async look(): Promise<void> {
    const { api, of, language } = this._options;
    this._show({ state: 'planning' });
    try {
      this._plan = await api.planReproduction(of, this._end.signal);
      this._show({ state: 'planned', plan: this._plan });
    } catch (error) {
      this._show({ state: 'unplanned', problem: problemOf(error, language.trans) });
    }
  }

  /** Carries it out, as the person chose. */
  begin(choice: Omit<ReproductionRequest, 'of'>): void {
    this._body = { of: this._options.of, ...choice };
    this._key = this._options.newKey();
    this._following = this._follow();
  }

  /** Goes on with what has stopped. A request whose answer got lost is repeated as it was, so that nothing is made twice. */
  again(): void {
    if (this._stage.state === 'stopped') {
      if (this._stage.made?.outcome.state === 'failed') {
        this._key = this._options.newKey();
      }
      this._following = this._follow();
    }
  }

  private async _follow(): Promise<void> {
    const since = this._options.language.now();
    let made: Reproduction | null = null;
    this._show({ state: 'making', since, made });
    try {
      for (;;) {
        made = await this._options.api.makeReproduction(this._body, this._key, this._end.signal);
        // From here on it is this one, however often it is asked for.
        this._body = { ...this._body, name: made.name };
        const { outcome } = made;
        if (outcome.state === 'failed') {
          this._show({ state: 'stopped', problem: outcome.problem, made });
          return;
        }
        if (outcome.state !== 'cloning') {
          this._show({ state: 'made', made });
          return;
        }
        this._show({ state: 'making', since, made });
        await this._untilCloned(made.clones);
        this._end.signal.throwIfAborted();
      }
    } catch (error) {
      this._show({ state: 'stopped', problem: problemOf(error, this._options.language.trans), made });
    }
  }

  private async _untilCloned(clones: readonly Clone[]): Promise<void> {
    const { model, pause: least = PAUSE_MS } = this._options;
    const late = AbortSignal.timeout(LOOK_AGAIN_MS);
    const signal = AbortSignal.any([this._end.signal, late]);
    const waiting = clones.filter(clone => !isCloned(clone));
    try {
      await Promise.all([
        pause(least, this._end.signal),
        ...waiting.map(({ id }) => model.whenClone(id, isCloned, signal))
      ]);
    } catch (error) {
      if (this.isDisposed || !late.aborted) {
        throw error;
      }
    }
  }

  private _show(stage: ReproductionStage): void {
    if (!this.isDisposed) {
      this._stage = stage;
      (this.changed as Signal<this, void>).emit();
    }
  }
}

/** Whether nothing is waited for any more: a claim that waits for its first pod is as ready as it gets. */
export const isCloned = ({ state }: Clone): boolean =>
  state.phase === 'ready' || state.phase === 'failed' || (state.phase === 'pending' && state.awaitsUse === true);
