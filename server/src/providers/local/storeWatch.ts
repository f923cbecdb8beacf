/** Notices changes in a store by other processes. Only a hint to look: what changed is seen by looking. */
import * as fs from 'node:fs';
import type { Store } from './store';

/** Changes are told of together, after this many ms. */
const SETTLE_MS = 100;

export interface StoreWatchOptions {
  readonly store: Store;
  readonly onChange: () => void;
  /** No watches left, or a file system without them: then changes show at the next `refresh`. */
  readonly onRefused: (error: unknown) => void;
}

/** The watches on one store. */
export class StoreWatch {
  private watchers: fs.FSWatcher[] = [];
  private settling: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly options: StoreWatchOptions) {}

  /** Begins to watch where there is a store; watching already: does nothing. */
  open(): void {
    const { store } = this.options;
    if (this.watchers.length > 0 || this.closed || !store.exists()) {
      return;
    }
    try {
      // Of the store itself only these files tell of changes; its probes come and go.
      this.add(store.path, name => name === 'revision' || name === 'lock');
      this.add(store.snapshots, () => true);
      this.add(store.clonesRoot, () => true);
    } catch (error) {
      this.options.onRefused(error);
      this.forget();
    }
  }

  /** Watches no more, and never again. */
  close(): void {
    this.closed = true;
    this.forget();
  }

  private add(path: string, matters: (name: string) => boolean): void {
    if (!fs.existsSync(path)) {
      return;
    }
    const watcher = fs.watch(path, { persistent: false }, (_, name) => {
      if (name === null || matters(name)) {
        this.settle();
      }
    });
    watcher.on('error', () => this.forget());
    this.watchers.push(watcher);
  }

  private settle(): void {
    this.settling ??= setTimeout(() => {
      this.settling = null;
      this.options.onChange();
    }, SETTLE_MS).unref();
  }

  private forget(): void {
    this.watchers.forEach(watcher => watcher.close());
    this.watchers = [];
    if (this.settling !== null) {
      clearTimeout(this.settling);
      this.settling = null;
    }
  }
}
