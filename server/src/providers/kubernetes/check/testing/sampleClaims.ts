/** Claims of a server as records, for tests of what is said about them. */
import { sampleVolume } from '../../../../testing/sampleObjects';
import { PersistentVolumeClaim } from '../../volumes/claimResource';
import type { ClaimRecord } from '../../volumes/claims';

interface SampleClaim {
  readonly driver?: string | null;
  readonly storageClass?: string;
  readonly size?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly can?: ClaimRecord['volume']['can'];
}

/** One claim that the server mounts; its volume is called like the claim without `claim-`. */
export function sampleClaim(claim: string, options: SampleClaim = {}): ClaimRecord {
  const { driver = 'cow.example', storageClass = 'cow', size = '1Gi', labels = {}, annotations = {}, can } = options;
  return {
    claim,
    volume: sampleVolume({
      id: claim,
      uid: `uid-${claim}`,
      name: claim.replace(/^claim-/, ''),
      storageClass,
      ...(can === undefined ? {} : { can })
    }),
    volumeId: `uid-${claim}`,
    driver,
    shared: null,
    readOnly: false,
    object: PersistentVolumeClaim.parse({
      metadata: { name: claim, uid: `uid-${claim}`, creationTimestamp: '2026-11-01T08:00:00Z', labels, annotations },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: storageClass,
        resources: { requests: { storage: size } }
      },
      status: { phase: 'Bound', capacity: { storage: size } }
    })
  };
}
