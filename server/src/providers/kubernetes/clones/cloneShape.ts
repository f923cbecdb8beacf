/**
 * Size, class and modes of a clone's claim, known beforehand; what the provisioner would refuse later is refused here.
 * Rules: external-provisioner pkg/controller/controller.go (same driver, at least the source's size, same volume mode). Pure.
 */
import { z } from 'zod';
import { annotations } from '../names';
import { bytesOf } from '../quantity';
import type { StorageClass, VolumeSnapshot } from '../resources';
import type { Classes } from '../storageClasses';
import type { ClaimRecord } from '../volumes/claims';

/** What is known of the claim the data is from. */
export interface SourceShape {
  readonly storageClass: string | null;
  readonly driver: string | null;
  /** Bytes asked for, or given if that is more. */
  readonly bytes: number;
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
}

export type CloneShape =
  | {
      readonly possible: true;
      /** null: the cluster's default class. */
      readonly storageClass: string | null;
      readonly bytes: number;
      readonly accessModes: readonly string[];
      readonly volumeMode: string;
    }
  | { readonly possible: false; readonly reason: string; readonly fix: string };

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

const ClaimWords = z.object({
  driver: z.string().nullish(),
  storageClass: z.string().nullish(),
  size: z.string().nullish(),
  capacity: z.string().nullish(),
  accessModes: z.array(z.string()).default([]),
  volumeMode: z.string().nullish()
});

/** Of a claim as it is now; null: it can't be read. */
export function shapeOfClaim({ object, driver }: ClaimRecord): SourceShape | null {
  return object === null
    ? null
    : {
        storageClass: object.spec.storageClassName ?? null,
        driver,
        bytes: larger(object.spec.resources.requests['storage'], object.status.capacity['storage']),
        accessModes: object.spec.accessModes,
        volumeMode: object.spec.volumeMode
      };
}

/** Of the claim when the snapshot was made, as written on it; null: nothing was. */
export function shapeAtSnapshot({ metadata }: VolumeSnapshot): SourceShape | null {
  const text = metadata.annotations[annotations.claim];
  let told: unknown = null;
  try {
    told = JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
  const read = ClaimWords.safeParse(told);
  if (!read.success) {
    return null;
  }
  const { driver, storageClass, size, capacity, accessModes, volumeMode } = read.data;
  return {
    storageClass: storageClass ?? null,
    driver: driver ?? null,
    bytes: larger(size, capacity),
    accessModes,
    volumeMode: volumeMode ?? 'Filesystem'
  };
}

/** What to ask for; `restoreSize`: the least a snapshot needs, null where it is not told. */
export function cloneShape(
  source: SourceShape,
  restoreSize: number | null,
  classes: Classes<StorageClass>
): CloneShape {
  const bytes = Math.max(source.bytes, restoreSize ?? 0);
  if (bytes === 0) {
    return {
      possible: false,
      reason: 'How large the clone has to be is not known.',
      fix: 'Ask an admin for the right to read the claim.'
    };
  }
  const storageClass = classFor(source, classes);
  if (!storageClass.possible) {
    return storageClass;
  }
  const writable = source.accessModes.filter(mode => mode !== 'ReadOnlyMany');
  return {
    possible: true,
    storageClass: storageClass.name,
    bytes,
    accessModes: writable.length > 0 ? writable : ['ReadWriteOnce'],
    volumeMode: source.volumeMode
  };
}

type ClassFor =
  | { readonly possible: true; readonly name: string | null }
  | { readonly possible: false; readonly reason: string; readonly fix: string };

/** The source's own class, or another of the same driver where that is gone. */
function classFor({ storageClass, driver }: SourceShape, classes: Classes<StorageClass>): ClassFor {
  if (!classes.known) {
    return { possible: true, name: storageClass === '' ? null : storageClass };
  }
  const own = classes.items.find(one => one.metadata.name === storageClass);
  if (own !== undefined && (driver === null || own.provisioner === driver)) {
    return { possible: true, name: own.metadata.name };
  }
  const fitting = classes.items.filter(one => one.provisioner === driver);
  const chosen = fitting.find(one => one.metadata.annotations[DEFAULT] === 'true') ?? fitting[0];
  return chosen === undefined
    ? {
        possible: false,
        reason: `No StorageClass exists for its driver${driver === null ? '' : `, ${driver}`}.`,
        fix: 'Ask an admin to add one.'
      }
    : { possible: true, name: chosen.metadata.name };
}

const larger = (one: string | null | undefined, other: string | null | undefined): number =>
  Math.max(bytesOf(one) ?? 0, bytesOf(other) ?? 0);
