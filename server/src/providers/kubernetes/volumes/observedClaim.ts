/** One claim as it is observed: the object as claimWatch.ts tells it, its driver, and the size of what is mounted. */
import type { Log } from '../../../log';
import type { AccountRights } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { paths } from '../resources';
import { PersistentVolumeClaim } from './claimResource';
import type { Sighting } from './claimSighting';
import type { ClaimFacts } from './describeClaim';
import type { FileSystemSizes, Measured } from './fileSystemSize';
import type { MountedClaim } from './mountedClaim';
import type { MountTable } from './mountTable';
import { mayReadVolumes, storageDriver, type ClassDrivers, type StorageDriver } from './storageDriver';
import type { VolumePlace } from './volumePlaces';

/** What claims are observed with. */
export interface ClaimContext {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may'>;
  readonly namespace: string;
  readonly log: Log;
  readonly timeoutMs: number;
  readonly classDrivers: ClassDrivers;
  /** Something observed has changed. */
  readonly changed: () => void;
  /** Lets work go on that nobody waits for. */
  readonly background: (task: Promise<void>) => void;
}

export interface ObservedClaimOptions extends ClaimContext {
  readonly mounted: MountedClaim;
  readonly place: VolumePlace;
}

/** A claim of this server. */
export class ObservedClaim {
  driver: StorageDriver | null = null;
  object: PersistentVolumeClaim | null = null;
  private sighting: Sighting = { state: 'unseen' };
  private measured: { readonly result: Measured; readonly at: number } | null = null;
  private finding: { readonly uid: string | null; readonly search: Promise<void> } | null = null;

  constructor(private readonly options: ObservedClaimOptions) {}

  get claim(): string {
    return this.options.mounted.claim;
  }

  facts(): Pick<ClaimFacts, 'claim' | 'mounted' | 'place' | 'sighting' | 'object' | 'driver' | 'measured'> {
    const { claim, sighting, object, driver } = this;
    const { mounted, place } = this.options;
    return { claim, mounted, place, sighting, object, driver, measured: this.measured?.result ?? null };
  }

  /** Asks the API server for the claim. Never rejects. */
  async ask(): Promise<void> {
    const { api, namespace, timeoutMs } = this.options;
    if (!this.mayGet()) {
      this.failed(new KubernetesError(403, 'Forbidden', 'The account may not get claims.'));
      return;
    }
    try {
      const path = `${paths.claims(namespace)}/${this.claim}`;
      this.see(await api.request({ path, schema: PersistentVolumeClaim, timeoutMs }));
    } catch (error) {
      this.failed(error);
    }
  }

  /** Takes the claim as it was read or written elsewhere; null: there is none. */
  see(object: PersistentVolumeClaim | null): void {
    const before = this.object;
    this.sighting = { state: object === null ? 'absent' : 'seen' };
    this.object = object ?? before;
    if (
      before?.metadata.uid !== this.object?.metadata.uid ||
      before?.spec.volumeName !== this.object?.spec.volumeName
    ) {
      this.driver = null;
    }
    this.options.changed();
    this.options.background(this.findDriver());
  }

  /** What was seen is so again, after it could not be asked for. */
  reached(): void {
    if (this.object !== null && (this.sighting.state === 'unreachable' || this.sighting.state === 'forbidden')) {
      this.sighting = { state: 'seen' };
      this.options.changed();
    }
  }

  /** It could not be asked for. Throws what is no answer of the API server. */
  failed(error: unknown): void {
    if (!(error instanceof KubernetesError)) {
      throw error;
    }
    if (error.status === 404) {
      this.see(null);
      return;
    }
    this.sighting = { state: error.status === 403 ? 'forbidden' : 'unreachable', message: error.message };
    this.options.changed();
  }

  async measure(sizes: Pick<FileSystemSizes, 'measure'>, table: MountTable, goodForMs: number): Promise<void> {
    const { path } = this.options.place.mount;
    if (table.at(path) === null || (this.measured !== null && performance.now() - this.measured.at < goodForMs)) {
      return;
    }
    this.measured = { result: await sizes.measure(path), at: performance.now() };
    this.options.changed();
  }

  private mayGet(): boolean {
    return this.options.rights.may('get', '', 'persistentvolumeclaims') !== false;
  }

  /** Finds out who stores it. One search at a time for one life of the claim; never rejects. */
  findDriver(): Promise<void> {
    const uid = this.object?.metadata.uid ?? null;
    if (this.finding?.uid === uid) {
      return this.finding.search;
    }
    const search = this.searchDriver().finally(() => {
      if (this.finding?.search === search) {
        this.finding = null;
      }
    });
    this.finding = { uid, search };
    return search;
  }

  private async searchDriver(): Promise<void> {
    const { object, driver: told } = this;
    // One that could not be told for sure is looked for again: the account may have been given the right meanwhile.
    const known = told !== null && told.name !== null && !(told.assumed && mayReadVolumes(this.options.rights));
    if (object === null || known || object.status.phase === 'Pending') {
      return;
    }
    const driver = await storageDriver(object, this.options);
    if (this.object?.metadata.uid === object.metadata.uid) {
      this.driver = driver;
      this.options.changed();
    }
  }
}
