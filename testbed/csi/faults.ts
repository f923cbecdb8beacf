// What a StorageClass or VolumeSnapshotClass may ask of the driver: sizes that hold, slowness, failures, oddities.
import { need } from './csiError';

/** Parameters of a class, all text as Kubernetes has them. */
export interface ClassParameters {
  /** "true": the volume is a file system of the claim's size; without it a folder of the pool, which knows no size. */
  sized?: string;
  /** Milliseconds that CreateVolume or CreateSnapshot takes longer. */
  createDelayMs?: string;
  /** Milliseconds from the moment a snapshot is taken until it says that it is ready. */
  snapshotReadyDelayMs?: string;
  /** always, never, or once: the first try of each snapshot. */
  failSnapshots?: string;
  /** "true": no room for anything new. */
  full?: string;
  /** "true": a volume of which there are snapshots is not deleted. */
  keptForSnapshots?: string;
  /** Node that volumes made from others are said to be on, wherever they are. */
  copiesOn?: string;
}

const VALID: Record<keyof ClassParameters, RegExp> = {
  sized: /^(true|false)$/,
  createDelayMs: /^\d{1,6}$/,
  snapshotReadyDelayMs: /^\d{1,9}$/,
  failSnapshots: /^(always|once|never)$/,
  full: /^(true|false)$/,
  keptForSnapshots: /^(true|false)$/,
  copiesOn: /^[a-z0-9-]{1,63}$/
};

/** Checks a class's parameters; those that the sidecars add are dropped. */
export function classParameters(given: Record<string, string>): ClassParameters {
  const own = Object.entries(given).filter(([name]) => !name.startsWith('csi.storage.k8s.io/'));
  for (const [name, value] of own) {
    const pattern = Object.hasOwn(VALID, name) ? VALID[name as keyof ClassParameters] : undefined;
    need(pattern?.test(value), `parameter ${name}=${value}: unknown name or bad value`);
  }
  return Object.fromEntries(own.sort(([a], [b]) => a.localeCompare(b)));
}
