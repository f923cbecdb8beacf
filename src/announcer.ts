/**
 * Who tells the person what became of a thing that was started on this page.
 * The words stand in src/notifications; where that plugin is off, rows and footer of the panel still say everything.
 */
import { Token } from '@lumino/coreutils';
import type { Clone, Problem, Restore, Snapshot } from '../contract';

export interface IAnnouncer {
  /** Tells that it is being made, later that it is ready or failed. */
  snapshot(snapshot: Snapshot): void;
  clone(clone: Clone): void;
  /** From its approval to its end. */
  restore(restore: Restore): void;
  /** Something was refused or failed: `headline` says what did not happen. */
  problem(headline: string, problem: Problem): void;
  info(text: string): void;
}

export const IAnnouncer = new Token<IAnnouncer>(
  'jupyterlab-datamark:IAnnouncer',
  'Tells the person what became of a snapshot, clone or restore that was started on this page.'
);
