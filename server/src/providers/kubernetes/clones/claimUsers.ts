/** Which pods hold a claim, where the account may list pods: in a shared namespace it must not be able to. */
import type { Clone } from '../../../../../contract';
import { MountingPod, paths } from '../resources';
import type { KubernetesServices } from '../services';

/** A look at the pods is good for so long, ms. */
const GOOD_FOR_MS = 2_000;

/** The pods as last looked at. */
export class ClaimUsers {
  private byClaim: ReadonlyMap<string, readonly string[]> | null = null;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly services: Pick<KubernetesServices, 'api' | 'namespace' | 'rights'>) {}

  /** Who uses a claim. A pod that is not on a node yet counts too: it will hold it. */
  of(claim: string): Clone['usedBy'] {
    return this.byClaim === null
      ? { known: false, reason: 'This account may not list pods, so who uses it can’t be told.' }
      : { known: true, names: [...(this.byClaim.get(claim) ?? [])] };
  }

  /** Looks again unless that was done lately. Without an answer nothing is known. Never rejects. */
  async look(): Promise<void> {
    const { api, namespace, rights } = this.services;
    if (rights.may('list', '', 'pods') !== true) {
      this.byClaim = null;
      return;
    }
    if (performance.now() - this.lookedAt < GOOD_FOR_MS) {
      return;
    }
    try {
      const { items } = await api.list({ path: paths.pods(namespace), item: MountingPod });
      const byClaim = new Map<string, string[]>();
      for (const { metadata, spec } of items) {
        for (const { persistentVolumeClaim } of spec.volumes) {
          if (persistentVolumeClaim !== undefined && persistentVolumeClaim !== null) {
            const { claimName } = persistentVolumeClaim;
            byClaim.set(claimName, [...(byClaim.get(claimName) ?? []), metadata.name]);
          }
        }
      }
      this.byClaim = byClaim;
      this.lookedAt = performance.now();
    } catch {
      this.byClaim = null;
    }
  }
}
