// The definitions of Trident’s custom resources that mirrors need, and installing them on the cluster of the tests.
import type { KubernetesObject } from '../support/kubernetesObject';
import type { TestCluster } from '../support/testCluster';
import { waitUntil } from '../support/waitUntil';
import { TRIDENT_KINDS } from './tridentKinds';

const GROUP = 'trident.netapp.io';
const TEXT = { type: 'string' };
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

interface Definition {
  readonly kind: keyof typeof TRIDENT_KINDS;
  readonly short: string;
  /** Actions have none: whoever may update them may write their status. */
  readonly hasStatus: boolean;
  readonly schema: object;
}

const DEFINITIONS: readonly Definition[] = [
  {
    kind: 'TridentMirrorRelationship',
    short: 'tmr',
    hasStatus: true,
    schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['volumeMappings'],
          properties: {
            state: { type: 'string', enum: ['', 'promoted', 'established', 'reestablished'] },
            replicationPolicy: TEXT,
            replicationSchedule: TEXT,
            volumeMappings: {
              type: 'array',
              minItems: 1,
              maxItems: 1,
              items: {
                type: 'object',
                required: ['localPVCName'],
                properties: { localPVCName: TEXT, remoteVolumeHandle: TEXT, promotedSnapshotHandle: TEXT }
              }
            }
          }
        },
        status: {
          type: 'object',
          properties: {
            conditions: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  state: TEXT,
                  message: TEXT,
                  lastTransitionTime: TEXT,
                  observedGeneration: { type: 'integer' },
                  localPVCName: TEXT,
                  localVolumeHandle: TEXT,
                  remoteVolumeHandle: TEXT,
                  replicationPolicy: TEXT,
                  replicationSchedule: TEXT
                }
              }
            }
          }
        }
      }
    }
  },
  { kind: 'TridentActionMirrorUpdate', short: 'tamu', hasStatus: false, schema: OPEN },
  {
    kind: 'TridentSnapshotInfo',
    short: 'tsi',
    hasStatus: true,
    schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', required: ['snapshotName'], properties: { snapshotName: TEXT } },
        status: {
          type: 'object',
          properties: { snapshotHandle: TEXT, lastTransitionTime: TEXT, observedGeneration: { type: 'integer' } }
        }
      }
    }
  }
];

/** The CustomResourceDefinitions. */
export const tridentDefinitions = (): KubernetesObject[] =>
  DEFINITIONS.map(({ kind, short, hasStatus, schema }) => {
    const plural = TRIDENT_KINDS[kind];
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${GROUP}` },
      spec: {
        group: GROUP,
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), shortNames: [short] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            ...(hasStatus ? { subresources: { status: {} } } : {})
          }
        ]
      }
    };
  });

/** Installs them; resolves when their objects can be listed and watched. */
export async function installTridentDefinitions({ admin }: TestCluster): Promise<void> {
  for (const definition of tridentDefinitions()) {
    await admin.apply(definition);
  }
  for (const plural of Object.values(TRIDENT_KINDS)) {
    // Right after a definition counts as established, the server still answers 429, "storage is (re)initializing", to
    // what it serves from its cache: such lists, and every watch.
    const isServed = async (): Promise<boolean> =>
      (await admin.send('GET', `/apis/${GROUP}/v1/${plural}?resourceVersion=0`)).status === 200;
    await waitUntil(`${plural} to be served`, isServed, { seconds: 30 });
  }
}

/** Takes them away, with all their objects. */
export async function removeTridentDefinitions({ admin }: TestCluster): Promise<void> {
  for (const { metadata } of tridentDefinitions()) {
    const name = metadata.name ?? '';
    if ((await admin.find('CustomResourceDefinition', name)) !== undefined) {
      await admin.delete('CustomResourceDefinition', name);
    }
    const isGone = async (): Promise<boolean> => (await admin.find('CustomResourceDefinition', name)) === undefined;
    await waitUntil(`${name} to be gone`, isGone, { seconds: 30 });
  }
}
