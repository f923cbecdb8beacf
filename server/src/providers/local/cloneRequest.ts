/** What is asked for by a request to clone: where from, and under which name. Changes nothing. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../../problemError';
import type { CloneFrom } from '../provider';
import type { CloneRecord } from './cloneRecord';
import type { LocalServices } from './localServices';
import type { ObservedVolume } from './observedVolume';
import { slugOf, stampOf } from './snapshotName';
import { labelOf } from './snapshotRecord';

/** What is cloned. */
export interface CloneSource {
  readonly observed: ObservedVolume;
  readonly source: CloneRecord['source'];
}

const NAME_LENGTH = 40;

/** The volume and what the clone's record says of its source; throws where that can't be cloned now. */
export function cloneSource(services: LocalServices, from: CloneFrom): CloneSource {
  if ('volume' in from) {
    const observed = services.volume(from.volume);
    const createdAt = new Date().toISOString();
    const { id, name } = observed.volume;
    return { observed, source: { kind: 'volume', name: id, uid: null, label: name, createdAt } };
  }
  for (const observed of services.volumes.values()) {
    const record = observed.contents.snapshots.get(from.snapshot);
    if (record !== undefined) {
      if (record.state.phase !== 'ready' || record.deletingSince !== null) {
        throw new ProblemError('not-ready', {
          detail: `${labelOf(record)} is not complete, so it can’t be cloned.`,
          next: 'Wait until it is ready, or clone another one.',
          object: record.name
        });
      }
      const { name, uid, createdAt } = record;
      return { observed, source: { kind: 'snapshot', name, uid, label: labelOf(record), createdAt } };
    }
  }
  throw new ProblemError('snapshot-not-found', {
    detail: `There is no snapshot ${from.snapshot}.`,
    next: 'Look at the list again; it may have been deleted.',
    object: from.snapshot
  });
}

/** Whether something is, or is to be, where the clone would be. */
export function isTaken({ volume, contents }: ObservedVolume, name: string): boolean {
  const { store } = volume;
  const record = contents.clones.get(name);
  return (
    fs.lstatSync(store.clone(name), { throwIfNoEntry: false }) !== undefined ||
    fs.lstatSync(join(store.building, name), { throwIfNoEntry: false }) !== undefined ||
    (record !== undefined && record.state.phase !== 'ready')
  );
}

/** A free name, from what the source is called. */
export function madeUpName(observed: ObservedVolume, source: CloneRecord['source']): string {
  const fallback = `copy-${stampOf(new Date())}`;
  const wanted = slugOf(source.label.includes('.') ? fallback : source.label, NAME_LENGTH, fallback);
  let name = wanted;
  for (let number = 2; isTaken(observed, name); number += 1) {
    name = `${wanted}-${number}`;
  }
  return name;
}
