/**
 * What is pinned from the panel for the kernel of the notebook in front. It asks only while somebody watches and the page is
 * visible. What a notebook pins itself counts before it, and is not known here.
 */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { problem, type PinnedSnapshots, type Problem } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkApi } from '../tokens';
import type { PageVisibility } from './datamarkModel';

/** The notebook that a person looks at. */
export interface FrontNotebook {
  readonly path: string;
  /** Id of its kernel; null: none runs. */
  readonly kernel: string | null;
}

export type PinContent =
  | { readonly state: 'unknown' }
  | { readonly state: 'ready'; readonly pinned: PinnedSnapshots }
  | { readonly state: 'refused'; readonly problem: Problem };

export interface PinsModelOptions {
  readonly api: Pick<IDatamarkApi, 'pinned'>;
  readonly page: PageVisibility;
}

/** The pins of one notebook at a time. */
export class PinsModel {
  private readonly options: PinsModelOptions;
  private readonly signal = new Signal<this, void>(this);
  private notebook: FrontNotebook | null = null;
  private current: PinContent = { state: 'unknown' };
  private watchers = 0;
  private request: AbortController | null = null;
  private stopWatchingPage: (() => void) | null = null;

  constructor(options: PinsModelOptions) {
    this.options = options;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get front(): FrontNotebook | null {
    return this.notebook;
  }

  get content(): PinContent {
    return this.current;
  }

  /** Another notebook is in front, or its kernel is another one. */
  setFront(front: FrontNotebook | null): void {
    if (front?.path === this.notebook?.path && front?.kernel === this.notebook?.kernel) {
      return;
    }
    this.notebook = front;
    this.show({ state: 'unknown' });
    void this.look();
  }

  /** Somebody looks at it. */
  watch(): IDisposable {
    this.watchers += 1;
    if (this.watchers === 1) {
      this.stopWatchingPage = this.options.page.onChange(() => void this.look());
      void this.look();
    }
    return new DisposableDelegate(() => {
      this.watchers -= 1;
      if (this.watchers === 0) {
        this.stopWatchingPage?.();
        this.stopWatchingPage = null;
        this.request?.abort();
      }
    });
  }

  /** Asks now, where somebody looks at it; what was told stays until there is an answer. */
  async look(): Promise<void> {
    const kernel = this.notebook?.kernel ?? null;
    if (this.watchers === 0 || !this.options.page.visible || kernel === null) {
      return;
    }
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const pinned = await this.options.api.pinned(kernel, request.signal);
      if (!request.signal.aborted) {
        this.show({ state: 'ready', pinned });
      }
    } catch (error) {
      if (!request.signal.aborted) {
        this.show({ state: 'refused', problem: problemOf(error) });
      }
    }
  }

  /** A command has pinned or unpinned, and this is what it was answered. */
  told(pinned: PinnedSnapshots): void {
    if (pinned.kernel === this.notebook?.kernel) {
      this.show({ state: 'ready', pinned });
    }
  }

  dispose(): void {
    this.stopWatchingPage?.();
    this.stopWatchingPage = null;
    this.watchers = 0;
    this.request?.abort();
    Signal.clearData(this);
  }

  /** What is asked meanwhile is older than what is shown now. */
  private show(content: PinContent): void {
    this.request?.abort();
    this.current = content;
    this.signal.emit();
  }
}

const problemOf = (error: unknown): Problem =>
  error instanceof ApiProblem
    ? error.problem
    : problem('internal', { detail: error instanceof Error ? error.message : String(error), next: '' });
