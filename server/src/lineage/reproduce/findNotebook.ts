/** Finds the notebook, or script, of a run in the files of its snapshots. */
import type { Volume } from '../../../../contract';
import { tagOf } from '../card/dataCard';
import type { RunData } from '../runData';
import { NOTEBOOK_TAG } from '../runTags';
import { fileBelow } from './fileBelow';
import { notebookPlaces } from './notebookPlace';
import { mountedClone, type DataPlace, type MountedClones } from './reproductionData';
import type { NotebookFinding } from './reproductionPlan';

/** MLflow's own word on what started a run. */
const SOURCE_TAG = 'mlflow.source.name';

/** What a run, its snapshots or a person call it; null: nobody does. */
export function notebookOf({ run, snapshots }: RunData, asked: string | null): string | null {
  const source = run === null ? null : tagOf(run, SOURCE_TAG);
  return (
    asked ??
    (run === null ? null : tagOf(run, NOTEBOOK_TAG)) ??
    snapshots.map(({ snapshot }) => snapshot?.notebook ?? null).find(path => path !== null) ??
    (source !== null && source.endsWith('.py') ? source : null)
  );
}

/** Where it is among the files of a reproduction; null: nowhere. */
export async function findNotebook(
  notebook: string,
  places: readonly DataPlace[]
): Promise<{ place: DataPlace; path: string } | null> {
  for (const place of places) {
    for (const path of notebookPlaces(notebook, { name: place.volume, volume: place.live ?? undefined })) {
      if ((await fileBelow(place.unchanged, path)) !== null) {
        return { place, path };
      }
    }
  }
  return null;
}

async function inClone(notebook: string, clone: Volume | undefined, name: string): Promise<string | null> {
  for (const path of clone === undefined ? [] : notebookPlaces(notebook, { name, volume: undefined })) {
    if (clone !== undefined && (await fileBelow(clone.mountPath, path)) !== null) {
      return path;
    }
  }
  return null;
}

/** Before anything is cloned. */
export async function plannedNotebook(
  found: RunData,
  asked: string | null,
  volumes: readonly Volume[],
  mounted: MountedClones
): Promise<NotebookFinding> {
  const notebook = notebookOf(found, asked);
  if (notebook === null) {
    return { state: 'untold' };
  }
  let later: NotebookFinding | null = null;
  for (const one of found.snapshots) {
    const { link, snapshot } = one;
    if (snapshot === null) {
      const path = await inClone(notebook, mountedClone(one, mounted), link.volume);
      if (path !== null) {
        return { state: 'cloned', volume: link.volume, path };
      }
      continue;
    }
    const volume = volumes.find(({ id }) => id === snapshot.volume);
    for (const path of notebookPlaces(notebook, { name: link.volume, volume })) {
      if (snapshot.path === null) {
        later ??= { state: 'later', volume: link.volume, path };
      } else if ((await fileBelow(snapshot.path, path)) !== null) {
        return { state: 'found', volume: link.volume, path };
      }
    }
  }
  return later ?? { state: 'missing', notebook };
}
