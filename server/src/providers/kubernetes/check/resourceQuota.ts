/** Reads ResourceQuotas: how many snapshots and claims and how many bytes more the namespace takes. Pure. */
import { z } from 'zod';
import { sizeWords } from '../../../sizeWords';
import { bytesOf } from '../quantity';

const Amounts = z.record(z.string(), z.string()).default({});

/** core/v1 ResourceQuota. */
export const ResourceQuota = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      hard: Amounts,
      /** With scopes it counts pods of some kind only. */
      scopes: z.array(z.string()).default([]),
      scopeSelector: z.unknown().optional()
    })
    .default({ hard: {}, scopes: [] }),
  status: z.object({ hard: Amounts, used: Amounts }).default({ hard: {}, used: {} })
});
export type ResourceQuota = z.infer<typeof ResourceQuota>;

/** One limit that a snapshot or a clone counts against. */
export interface Limit {
  readonly quota: string;
  readonly key: string;
  readonly counts: 'snapshots' | 'claims' | 'bytes';
  /** Only claims of this class; null: of all. */
  readonly storageClass: string | null;
  readonly hard: number;
  readonly used: number;
}

const OF_CLASS = /^(.+)\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims)$/;
const KINDS: Readonly<Record<string, Limit['counts']>> = {
  'count/volumesnapshots.snapshot.storage.k8s.io': 'snapshots',
  persistentvolumeclaims: 'claims',
  'count/persistentvolumeclaims': 'claims',
  'requests.storage': 'bytes'
};

/** The limits of all quotas that matter here; a quota without a status yet limits, but what is used is not known. */
export function limitsOf(quotas: readonly ResourceQuota[]): Limit[] {
  return quotas.flatMap(({ metadata, spec, status }) => {
    if (spec.scopes.length > 0 || spec.scopeSelector !== undefined) {
      return [];
    }
    return Object.entries(status.hard).flatMap(([key, text]): Limit[] => {
      const [, storageClass = null, ofClass] = OF_CLASS.exec(key) ?? [];
      const counts = KINDS[ofClass ?? key];
      const hard = bytesOf(text);
      const used = bytesOf(status.used[key]);
      return counts === undefined || hard === null || used === null
        ? []
        : [{ quota: metadata.name, key, counts, storageClass, hard, used }];
    });
  });
}

/** `2 of 10 snapshots`, `12 GiB of 20 GiB`. */
export function limitWords({ counts, hard, used, storageClass }: Limit): string {
  const of = storageClass === null ? '' : ` of class ${storageClass}`;
  return counts === 'bytes'
    ? `${sizeWords(used)} of ${sizeWords(hard)} requested${of}`
    : `${used} of ${hard} ${counts === 'snapshots' ? 'snapshots' : `claims${of}`}`;
}
