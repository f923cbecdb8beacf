/** The restores that the controller knows, and what they tell together. In memory, from the watch alone. */
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { isAtRest, keyOf, type FollowedRestore, type UnreadableRestore } from './followedRestore';

export class KnownRestores {
  readonly #all = new Map<string, FollowedRestore>();
  /** Keys of those that are not at rest: few, beside those that are. */
  readonly #awake = new Set<string>();
  readonly #unreadable = new Map<string, UnreadableRestore>();

  get(key: string): FollowedRestore | undefined {
    return this.#all.get(key);
  }

  all(): Iterable<FollowedRestore> {
    return this.#all.values();
  }

  /** Those that something may happen to. */
  awake(): FollowedRestore[] {
    return [...this.#awake].map(key => this.#all.get(key)).filter(one => one !== undefined);
  }

  unreadable(): Iterable<UnreadableRestore> {
    return this.#unreadable.values();
  }

  unreadableOf(key: string): UnreadableRestore | undefined {
    return this.#unreadable.get(key);
  }

  /** Keys of all that are in these namespaces; null: in any. */
  keys(namespace: string | null): string[] {
    return [...this.#all.values(), ...this.#unreadable.values()]
      .filter(({ metadata }) => namespace === null || metadata.namespace === namespace)
      .map(keyOf);
  }

  set(restore: FollowedRestore): void {
    const key = keyOf(restore);
    this.#unreadable.delete(key);
    this.#all.set(key, restore);
    if (isAtRest(restore)) {
      this.#awake.delete(key);
    } else {
      this.#awake.add(key);
    }
  }

  setUnreadable(restore: UnreadableRestore): void {
    const key = keyOf(restore);
    this.#all.delete(key);
    this.#awake.delete(key);
    this.#unreadable.set(key, restore);
  }

  delete(key: string): void {
    this.#all.delete(key);
    this.#awake.delete(key);
    this.#unreadable.delete(key);
  }

  /** Of the last restore of the same claim that succeeded, by whatever way but `files`; null: none is known. */
  lastDurationMs({ metadata, spec }: VolumeRestore): number | null {
    let last: { readonly at: number; readonly ms: number } | null = null;
    for (const one of this.#all.values()) {
      const { phase, strategy, startedAt, finishedAt } = one.status;
      const isOne = phase === 'Succeeded' && strategy !== 'files' && one.spec.claimName === spec.claimName;
      if (isOne && one.metadata.namespace === metadata.namespace && startedAt && finishedAt) {
        const at = Date.parse(finishedAt);
        last = last !== null && last.at >= at ? last : { at, ms: at - Date.parse(startedAt) };
      }
    }
    return last === null || Number.isNaN(last.ms) ? null : last.ms;
  }
}
