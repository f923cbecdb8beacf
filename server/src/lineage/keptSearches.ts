/**
 * Searches of MLflow, in memory: one that takes long goes on between two requests, ends where nobody asks any more, and what
 * it found is told again for a while.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunsOfSnapshot } from '../../../contract';

/** How long a request waits for a search before it tells how far that is. */
const ANSWER_MS = 1_500;
/** A search that nobody has asked for since is given up; what one has found is let go when it is old. */
const ABANDONED_MS = 15_000;
const FRESH_MS = 30_000;
const MOST_KEPT = 50;

/** How far a search is. */
export interface SearchState<R> {
  readonly complete: boolean;
  /** Experiments searched of those known. */
  readonly searched: number;
  readonly known: number;
  readonly asOf: Date;
  /** None while it is incomplete. */
  readonly runs: readonly R[];
  /** There are others, which it did not look at. */
  readonly more: boolean;
}

/** What a search finds. */
export interface Found<R> {
  readonly runs: readonly R[];
  readonly more?: boolean;
}

/** How far a search is, as the contract tells it: without what it found. */
export const searchProgress = ({
  complete,
  searched,
  known,
  asOf
}: SearchState<unknown>): NonNullable<RunsOfSnapshot['search']> => ({
  complete,
  searched,
  known,
  asOf: asOf.toISOString()
});

/** What a search gets. */
export interface SearchParts {
  readonly signal: AbortSignal;
  readonly progress: (searched: number, known: number) => void;
}

interface Search<R> {
  state: SearchState<R>;
  readonly done: Promise<void>;
  readonly given: AbortController;
  abandon: NodeJS.Timeout;
}

export interface KeptSearchesOptions {
  readonly answerMs?: number;
  readonly now?: () => Date;
}

export class KeptSearches<R> {
  readonly #options: KeptSearchesOptions;
  readonly #searches = new Map<string, Search<R>>();

  constructor(options: KeptSearchesOptions = {}) {
    this.#options = options;
  }

  /** What is found, or how far the search for it is; `anew`: not what was found before. Throws what the search throws; the next request then searches anew. */
  async of(
    key: string,
    find: (parts: SearchParts) => Promise<Found<R>>,
    { anew = false }: { readonly anew?: boolean | undefined } = {}
  ): Promise<SearchState<R>> {
    const before = this.#searches.get(key);
    const serves = before !== undefined && this.#isFresh(before.state) && !(anew && before.state.complete);
    const search = serves ? before : this.#begin(key, find);
    search.abandon.refresh();
    const waited = new AbortController();
    try {
      const { answerMs = ANSWER_MS } = this.#options;
      await Promise.race([search.done, delay(answerMs, undefined, { signal: waited.signal, ref: false })]);
    } finally {
      waited.abort();
    }
    return search.state;
  }

  /** What was found is not told any more: something was written. */
  forget(): void {
    this.#searches.forEach((search, key) => this.#forgetOne(key, search));
  }

  /** Ends all that run. */
  dispose(): void {
    this.#searches.forEach(({ given }) => given.abort());
    this.forget();
  }

  #isFresh({ complete, asOf }: SearchState<R>): boolean {
    return !complete || this.#now().getTime() - asOf.getTime() < FRESH_MS;
  }

  #begin(key: string, find: (parts: SearchParts) => Promise<Found<R>>): Search<R> {
    const [oldest] = this.#searches;
    if (oldest !== undefined && this.#searches.size >= MOST_KEPT) {
      this.#forgetOne(...oldest);
    }
    const given = new AbortController();
    const search: Search<R> = {
      state: { complete: false, searched: 0, known: 0, asOf: this.#now(), runs: [], more: false },
      done: Promise.resolve().then(() => this.#run(find, search)),
      given,
      abandon: setTimeout(() => this.#giveUp(key, search), ABANDONED_MS).unref()
    };
    // Who asks hears of it; where nobody does any more, nobody is to hear.
    search.done.catch(() => this.#forgetOne(key, search));
    this.#searches.set(key, search);
    return search;
  }

  async #run(find: (parts: SearchParts) => Promise<Found<R>>, search: Search<R>): Promise<void> {
    const progress = (searched: number, known: number): void => {
      search.state = { ...search.state, searched, known };
    };
    const { runs, more = false } = await find({ signal: search.given.signal, progress });
    search.state = { ...search.state, complete: true, asOf: this.#now(), runs, more };
  }

  #giveUp(key: string, search: Search<R>): void {
    if (search.state.complete && this.#isFresh(search.state)) {
      search.abandon.refresh();
      return;
    }
    this.#forgetOne(key, search);
    search.given.abort();
  }

  #forgetOne(key: string, search: Search<R>): void {
    clearTimeout(search.abandon);
    if (this.#searches.get(key) === search) {
      this.#searches.delete(key);
    }
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}
