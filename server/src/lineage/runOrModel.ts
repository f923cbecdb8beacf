/** From the one text by which people name a run or a registered version to the query of the two. Pure. */
import type { SnapshotsQuery } from '../../../contract';

export const runOrModel = (text: string): SnapshotsQuery =>
  text.startsWith('models:/') ? { model: text } : { run: text };
