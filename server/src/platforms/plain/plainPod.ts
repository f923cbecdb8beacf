/** A server in a pod that no platform of ours started: whose it is stands in the label `owner`, if the admin sets it. */
import type { Platform } from '../../../../contract';
import { labels } from '../../providers/kubernetes/names';
import { ownershipByLabel, type OwnedMetadata, type Ownership, type PlatformAdapter } from '../platformAdapter';

export interface PlainPodOptions {
  readonly namespace: string | null;
  /** null: not in a pod, for example with a kubeconfig. */
  readonly pod: string | null;
}

/** Adapter for everything else. */
export class PlainPod implements PlatformAdapter {
  constructor(private readonly options: PlainPodOptions) {}

  describe(): Platform {
    return {
      kind: 'pod',
      label: 'Kubernetes',
      user: null,
      server: null,
      ...this.options,
      links: { servers: null, spawn: null, create: null }
    };
  }

  ownerOf({ labels: held }: OwnedMetadata): string | null {
    return held[labels.owner] ?? null;
  }

  ownerLabel(own: readonly OwnedMetadata[]): string | null {
    return own.find(({ labels: held }) => labels.owner in held)?.labels[labels.owner] ?? null;
  }

  ownership({ labels: held }: OwnedMetadata, ownerLabel: string | null): Ownership {
    return ownershipByLabel(held[labels.owner], ownerLabel);
  }
}
