/** Searches for the runs of snapshots, kept in memory for the panel. */
import { KeptSearches, type KeptSearchesOptions, type SearchParts, type SearchState as StateOf } from './keptSearches';
import type { MlflowClient } from './mlflow/mlflowClient';
import { runsOfSnapshot, type RunOfSnapshot, type SnapshotIdentity } from './runsOfSnapshot';

/** How far a search is. */
export type SearchState = StateOf<RunOfSnapshot>;

export interface RunSearchesOptions extends KeptSearchesOptions {
  readonly client: Pick<MlflowClient, 'experiments' | 'runs'>;
}

export class RunSearches {
  readonly #client: RunSearchesOptions['client'];
  readonly #searches: KeptSearches<RunOfSnapshot>;

  constructor({ client, ...options }: RunSearchesOptions) {
    this.#client = client;
    this.#searches = new KeptSearches(options);
  }

  /** What is found, or how far the search for it is. Throws MlflowError; the next request then searches anew. */
  of(snapshot: SnapshotIdentity, options?: { readonly anew?: boolean | undefined }): Promise<SearchState> {
    const client = this.#client;
    const find = async (parts: SearchParts): Promise<{ runs: RunOfSnapshot[] }> => ({
      runs: await runsOfSnapshot(snapshot, { ...parts, client, deleted: true })
    });
    return this.#searches.of(snapshot.uid, find, options);
  }

  /** What was found is not told any more: something was written. */
  forget(): void {
    this.#searches.forget();
  }

  /** Ends all that run. */
  dispose(): void {
    this.#searches.dispose();
  }
}
