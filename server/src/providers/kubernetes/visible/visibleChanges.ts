/** What a restore would change, compared with a snapshot that this server sees; the plan gets it when it is known. */
import { open } from 'node:fs/promises';
import type { RestoreChanges, Snapshot } from '../../../../../contract';
import type { Log } from '../../../log';
import { compareTrees } from './compareTrees';
import { DIRECTORY, pathOf } from './openVisibleSnapshot';
import type { VisibleRestores } from './visibleRestores';

/** As long as a controller's pod counts, ms. */
const LIMIT_MS = 60_000;

/** Counts in the background; ends with its process. */
export class VisibleChanges {
  private readonly abort = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly visible: Pick<VisibleRestores, 'open'>,
    private readonly log: Log
  ) {}

  /** Calls back at the start with what is not known yet, and with the result; null: it is not found out this way. */
  count(snapshot: Snapshot, tell: (changes: RestoreChanges | null) => void): void {
    const work = this.compare(snapshot, tell).catch((error: unknown) => {
      this.log.info({ snapshot: snapshot.name, err: error }, 'changes were not counted from a visible snapshot');
      tell(null);
    });
    this.running.add(work);
    void work.then(() => this.running.delete(work));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await Promise.all(this.running);
  }

  private async compare(snapshot: Snapshot, tell: (changes: RestoreChanges | null) => void): Promise<void> {
    const opened = await this.visible.open(snapshot);
    if (opened === null) {
      return;
    }
    try {
      tell({ known: false, reason: 'They are being counted.' });
      const present = await open(opened.root, DIRECTORY);
      try {
        const signal = AbortSignal.any([this.abort.signal, AbortSignal.timeout(LIMIT_MS)]);
        tell(await compareTrees(pathOf(opened.snapshot), pathOf(present), signal));
      } finally {
        await present.close();
      }
    } finally {
      await opened.snapshot.close();
    }
  }
}
