// The SnapMirror policies that every cluster has.
import { randomUUID } from 'node:crypto';

export interface MirrorPolicy {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  readonly scope: 'cluster' | 'svm';
  /** Only of synchronous ones. */
  readonly sync_type?: string;
}

const named = (name: string, type: string, syncType?: string): MirrorPolicy => ({
  uuid: randomUUID(),
  name,
  type,
  scope: 'cluster',
  ...(syncType === undefined ? {} : { sync_type: syncType })
});

export const usualPolicies = (): MirrorPolicy[] => [
  named('Asynchronous', 'async'),
  named('MirrorAllSnapshots', 'async'),
  named('MirrorAndVault', 'async'),
  named('MirrorLatest', 'async'),
  named('XDPDefault', 'async'),
  named('Sync', 'sync', 'sync'),
  named('StrictSync', 'sync', 'strict_sync'),
  named('AutomatedFailOver', 'sync', 'automated_failover'),
  named('Continuous', 'continuous')
];
