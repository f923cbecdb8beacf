/** What Datamark's labels and annotations on an object say, checked: anybody may have written them. Pure. */
import { HeldUntil, SnapshotOrigin } from '../../../../contract';
import { annotations, labels, MANAGED_BY } from './names';

interface Marked {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whether Datamark made it. */
export const isOurs = (metadata: Marked): boolean => metadata.labels[labels.managedBy] === MANAGED_BY;

/** A hold that can't be read holds for ever: losing a snapshot to a typing error is worse than keeping it. */
export function heldUntilOf(metadata: Marked): HeldUntil {
  const text = metadata.annotations[annotations.heldUntil];
  if (text === undefined || text === '') {
    return null;
  }
  const read = HeldUntil.safeParse(text);
  return read.success ? read.data : 'forever';
}

/** Whether a hold is in force. */
export const isHeld = (heldUntil: HeldUntil, now: Date): boolean =>
  heldUntil === 'forever' || (heldUntil !== null && new Date(heldUntil) > now);

/** Who made a snapshot: this tool, by whatever cause, or another. */
export function originOf(metadata: Marked): SnapshotOrigin {
  if (!isOurs(metadata)) {
    return 'other';
  }
  const read = SnapshotOrigin.safeParse(metadata.labels[labels.origin]);
  return read.success ? read.data : 'datamark';
}

/** An annotation; null where it is absent or empty. */
export const textOf = (metadata: Marked, annotation: string): string | null => metadata.annotations[annotation] || null;

/** A time of the cluster as the contract writes it; the fallback where it is none. */
export function instantOf(time: string | null | undefined, fallback: string): string {
  const at = new Date(time ?? fallback);
  return Number.isNaN(at.getTime()) ? new Date(fallback).toISOString() : at.toISOString();
}
