/**
 * A server of Kubeflow Notebooks v1. It knows its name only by its prefix `/notebook/<namespace>/<name>`; a namespace is
 * one profile, and who works in it is known to Kubeflow’s gateway alone.
 */
import type { Platform } from '../../../../contract';
import { labels } from '../../providers/kubernetes/names';
import { ownershipByLabel, type OwnedMetadata, type Ownership, type PlatformAdapter } from '../platformAdapter';

export interface KubeflowNotebookOptions {
  readonly name: string;
  readonly namespace: string | null;
  readonly pod: string | null;
}

/** The notebook's name in NB_PREFIX, or null where that is none of Kubeflow's. */
export function notebookName(prefix: string | null): string | null {
  return /^\/notebook\/[^/]+\/([^/]+)\/?$/.exec(prefix ?? '')?.[1] ?? null;
}

/** Adapter for Kubeflow Notebooks v1. */
export class KubeflowNotebook implements PlatformAdapter {
  constructor(private readonly options: KubeflowNotebookOptions) {}

  describe(): Platform {
    const { name, namespace, pod } = this.options;
    const query = namespace === null ? '' : `?ns=${encodeURIComponent(namespace)}`;
    return {
      kind: 'kubeflow',
      label: 'Kubeflow Notebooks',
      user: null,
      server: name,
      namespace,
      pod,
      // The central dashboard shows its applications below `/_/`; there, a new volume set is chosen in the form.
      links: { servers: `/_/jupyter/${query}`, spawn: null, create: `/_/jupyter/new${query}` }
    };
  }

  ownerOf({ labels: held }: OwnedMetadata): string | null {
    return held[labels.owner] ?? null;
  }

  /** The profile stands for its people. */
  ownerLabel(): string | null {
    return this.options.namespace;
  }

  ownership({ labels: held }: OwnedMetadata, ownerLabel: string | null): Ownership {
    return ownershipByLabel(held[labels.owner], ownerLabel);
  }
}
