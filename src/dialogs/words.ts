/** Sentences that several dialogs and messages share. Pure. */
import type { Snapshot } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileName } from './figures';

/** What a snapshot is called: its title, else the notebook that made it, else its name. */
export const snapshotLabel = (snapshot: Pick<Snapshot, 'title' | 'notebook' | 'name'>): string =>
  snapshot.title ?? (snapshot.notebook === null ? snapshot.name : fileName(snapshot.notebook));

/** The first few file names, and how many more there are. */
export function namesOf(paths: readonly string[], trans: TranslationBundle): string {
  const shown = paths.slice(0, 4).map(fileName).join(', ');
  return paths.length > 4 ? trans.__('%1 and %2 more', shown, paths.length - 4) : shown;
}
