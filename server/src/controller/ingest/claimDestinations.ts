/**
 * Which destination of a mirror a claim’s volume is: what an admin has written at the PersistentVolume, else what Trident tells
 * in the mirror of that claim, else the name that Trident gave the volume on the storage.
 */
import { z } from 'zod';
import type { Log } from '../../log';
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import { clusterPaths } from '../clusterObjects';
import { orNull } from '../readOptional';

/** At a PersistentVolume: `svm:volume`. Only who may write PersistentVolumes can set it. */
export const DESTINATION_ANNOTATION = 'datamark.github.io/mirror-destination';
const TRIDENT = 'csi.trident.netapp.io';

const GOOD_FOR_MS = 60_000;
const MOST_KNOWN = 20_000;

/** `path`: `svm:volume`. `volume`: a volume on some SVM, of which only its name is known. */
export type ClaimDestination = { readonly kind: 'path' | 'volume'; readonly name: string };

const Texts = z.record(z.string(), z.string()).default({});
const Claim = z.object({
  metadata: z.object({ uid: z.string() }),
  spec: z.object({ volumeName: z.string().default('') })
});
const Volume = z.object({
  metadata: z.object({ annotations: Texts }),
  spec: z.object({
    claimRef: z.object({ uid: z.string().default('') }).nullish(),
    csi: z.object({ driver: z.string(), volumeAttributes: Texts }).nullish()
  })
});
type Volume = z.infer<typeof Volume>;

/** trident.netapp.io/v1 TridentMirrorRelationship, as far as it tells which volume a claim is. */
const TridentMirror = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ localPVCName: z.string().default(''), localVolumeHandle: z.string().default('') }))
        .nullish()
    })
    .nullish()
});
type Handles = readonly { readonly claim: string; readonly handle: string }[];

export interface ClaimDestinationsOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  readonly goodForMs?: number;
}

export class ClaimDestinations {
  readonly #options: ClaimDestinationsOptions;
  readonly #known = new Map<string, { readonly value: Promise<unknown>; readonly until: number }>();

  constructor(options: ClaimDestinationsOptions) {
    this.#options = options;
  }

  /** null: nothing tells. `podUid` because a claim can’t become another one while the pod mounts it. */
  of(namespace: string, claim: string, podUid: string): Promise<ClaimDestination | null> {
    return this.#once(`${podUid}/${claim}`, () => this.#find(namespace, claim));
  }

  async #find(namespace: string, claim: string): Promise<ClaimDestination | null> {
    const volume = await this.#volumeOf(namespace, claim);
    return volume === null ? null : destinationOf(volume, claim, () => this.#handles(namespace));
  }

  /** The volume that is bound to this claim and no other. */
  async #volumeOf(namespace: string, name: string): Promise<Volume | null> {
    const { api } = this.#options;
    const claim = await orNull(api.request({ path: `${paths.claims(namespace)}/${name}`, schema: Claim }));
    if (claim === null || claim.spec.volumeName === '') {
      return null;
    }
    const volume = await orNull(api.request({ path: clusterPaths.volume(claim.spec.volumeName), schema: Volume }));
    return volume?.spec.claimRef?.uid === claim.metadata.uid ? volume : null;
  }

  /** What Trident tells of the namespace; nothing where there is no Trident, or it may not be asked. */
  #handles(namespace: string): Promise<Handles> {
    return this.#once(`trident/${namespace}`, async () => {
      const { api, log } = this.#options;
      const path = `/apis/trident.netapp.io/v1/namespaces/${namespace}/tridentmirrorrelationships`;
      try {
        const { items } = await api.list({ path, item: TridentMirror });
        return items.flatMap(({ status }) =>
          (status?.conditions ?? []).map(told => ({ claim: told.localPVCName, handle: told.localVolumeHandle }))
        );
      } catch (error) {
        if (error instanceof KubernetesError && error.status === 403) {
          log.warn({ namespace }, 'Trident’s mirrors may not be listed; volumes are found by their names alone');
          return [];
        }
        if (error instanceof KubernetesError && error.status === 404) {
          return [];
        }
        throw error;
      }
    });
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known !== undefined && performance.now() < known.until) {
      return known.value as Promise<T>;
    }
    const entry = { value: ask(), until: performance.now() + (this.#options.goodForMs ?? GOOD_FOR_MS) };
    this.#known.delete(key);
    this.#known.set(key, entry);
    const [oldest] = this.#known.size > MOST_KNOWN ? this.#known.keys() : [];
    if (oldest !== undefined) {
      this.#known.delete(oldest);
    }
    entry.value.catch(() => {
      if (this.#known.get(key) === entry) {
        this.#known.delete(key);
      }
    });
    return entry.value;
  }
}

async function destinationOf(
  { metadata, spec }: Volume,
  claim: string,
  handles: () => Promise<Handles>
): Promise<ClaimDestination | null> {
  const written = metadata.annotations[DESTINATION_ANNOTATION]?.trim() ?? '';
  if (written !== '') {
    return { kind: 'path', name: written };
  }
  const volume = spec.csi?.driver === TRIDENT ? (spec.csi.volumeAttributes['internalName'] ?? '') : '';
  if (volume === '') {
    return null;
  }
  // A status that names another volume than the claim’s own is not believed, whoever wrote it.
  const told = (await handles()).filter(one => one.claim === claim && one.handle.endsWith(`:${volume}`));
  const paths = [...new Set(told.map(({ handle }) => handle))];
  const [only] = paths.length === 1 ? paths : [];
  return only === undefined ? { kind: 'volume', name: volume } : { kind: 'path', name: only };
}
