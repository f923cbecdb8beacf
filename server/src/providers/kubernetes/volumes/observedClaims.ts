/**
 * Observes the claims of this server: finds them, follows them in the cluster, and measures what is mounted. Decides
 * nothing: records are made by describeClaim.ts.
 */
import { readFile } from 'node:fs/promises';
import type { Notice } from '../../../../../contract';
import type { KubernetesSettings } from '../../../kubernetesSettings';
import type { Log } from '../../../log';
import type { PlatformAdapter } from '../../../platforms/platformAdapter';
import type { AccountRights } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import type { OwnPod } from './claimResource';
import type { ClaimRecord, Claims } from './claims';
import { claimGroups, ClaimWatch } from './claimWatch';
import { describeClaim } from './describeClaim';
import { FileSystemSizes } from './fileSystemSize';
import { findMountedClaims, readOwnPod, type FoundClaims } from './findMountedClaims';
import { markVolumeId } from './markVolumeId';
import { readMountTable, type MountTable } from './mountTable';
import { ObservedClaim } from './observedClaim';
import { ClassDrivers } from './storageDriver';
import { volumePlaces, type ServerPlaces } from './volumePlaces';

export interface ObservedClaimsOptions {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may' | 'onChange'>;
  readonly namespace: string;
  readonly settings: KubernetesSettings;
  readonly places: ServerPlaces;
  readonly platform: PlatformAdapter;
  readonly log: Log;
  readonly sizes?: Pick<FileSystemSizes, 'measure'>;
  /** Text of the own mount table. */
  readonly readMounts?: () => Promise<string>;
  readonly timeoutMs?: number;
  /** Sizes are measured again when they are asked for and older than this. */
  readonly measuredForMs?: number;
}

const TIMEOUT_MS = 5_000;
const MEASURED_FOR_MS = 10_000;
const MANY = ['ReadWriteMany', 'ReadOnlyMany'];

/** The claims of this server; `stop` ends what `start` began. */
export class ObservedClaims implements Claims {
  private found: FoundClaims = { claims: [], notices: [], final: false, pod: null };
  private table: MountTable = readMountTable('');
  private pod: OwnPod | null = null;
  private entries = new Map<string, ObservedClaim>();
  /** By the names of the claims that each follows. */
  private watches = new Map<string, ClaimWatch>();
  private records = new Map<string, ClaimRecord>();
  private owner: string | null = null;
  private stopped = false;
  private looking: Promise<void> | null = null;
  private again = false;
  private publishing: NodeJS.Immediate | undefined;
  private forgetRights: () => void = () => undefined;
  private readonly listeners = new Set<(record: ClaimRecord) => void>();
  private readonly work = new Set<Promise<void>>();
  private readonly classDrivers = new ClassDrivers();
  private readonly sizes: Pick<FileSystemSizes, 'measure'>;

  constructor(private readonly options: ObservedClaimsOptions) {
    this.sizes = options.sizes ?? new FileSystemSizes();
  }

  async start(): Promise<void> {
    this.forgetRights = this.options.rights.onChange(() => {
      this.again = this.looking !== null;
      this.background(this.refresh());
    });
    await this.refresh();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.forgetRights();
    await Promise.all([...this.watches.values()].map(watch => watch.stop()));
    await Promise.all([this.looking, ...this.work]);
  }

  get(claim: string): ClaimRecord | undefined {
    return this.records.get(claim);
  }

  list(): readonly ClaimRecord[] {
    return [...this.records.values()];
  }

  onChange(listener: (record: ClaimRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** One look for all who ask at the same time. */
  refresh(): Promise<void> {
    this.looking ??= this.guarded(this.lookAround()).finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  async markVolumeId(claim: string, signal?: AbortSignal): Promise<string> {
    const entry = this.entries.get(claim);
    return markVolumeId(claim, entry, { ...this.context(), ...(signal === undefined ? {} : { signal }) });
  }

  ownerLabel(): string | null {
    return this.owner;
  }

  notices(): Notice[] {
    const drivers = [...this.entries.values()].flatMap(({ claim, driver }): Notice[] =>
      driver?.name === null
        ? [
            {
              code: 'driver-unknown',
              message: driver.reason,
              fix: 'Ask the administrator to let the account read storage classes, or to name a snapshot class.',
              object: claim
            }
          ]
        : []
    );
    return [...this.found.notices, ...drivers];
  }

  private async lookAround(): Promise<void> {
    do {
      this.again = false;
      this.classDrivers.forget();
      await this.find();
      await this.look();
      // What was refused under the rights of before may be allowed now.
    } while (this.again && !this.stopped);
  }

  /** Which claims there are; again only as long as that is worth it. */
  private async find(): Promise<void> {
    const { settings, readMounts } = this.options;
    this.table = readMountTable(await (readMounts?.() ?? readFile('/proc/self/mountinfo', 'utf8')).catch(() => ''));
    if (this.found.final) {
      return;
    }
    this.found = await findMountedClaims({ ...this.context(), settings, table: this.table });
    this.pod = this.found.pod;
    const places = volumePlaces(this.found.claims, this.options.places);
    for (const mounted of this.found.claims) {
      const place = places.get(mounted.claim);
      if (place !== undefined && !this.entries.has(mounted.claim) && !this.stopped) {
        this.entries.set(mounted.claim, new ObservedClaim({ ...this.context(), mounted, place }));
      }
    }
    this.entries = new Map(
      [...places.keys()].flatMap(claim => {
        const entry = this.entries.get(claim);
        return entry === undefined ? [] : [[claim, entry] as const];
      })
    );
    this.publish();
  }

  /** Looks at every claim and measures it. */
  private async look(): Promise<void> {
    const { measuredForMs = MEASURED_FOR_MS } = this.options;
    const entries = [...this.entries.values()];
    await Promise.all([
      this.followAll(entries),
      ...entries.map(entry => entry.measure(this.sizes, this.table, measuredForMs))
    ]);
    await this.findOwner();
    this.publish();
  }

  private async followAll(entries: readonly ObservedClaim[]): Promise<void> {
    const before = this.watches;
    this.watches = new Map(
      claimGroups(entries).map(claims => {
        const names = claims.map(({ claim }) => claim).join('\n');
        return [names, before.get(names) ?? new ClaimWatch({ ...this.context(), claims })];
      })
    );
    const over = [...before].flatMap(([names, watch]) => (this.watches.has(names) ? [] : [watch.stop()]));
    await Promise.all([...over, ...[...this.watches.values()].map(watch => watch.look())]);
    // Also those that are watched: one that could not be told for sure is looked for again.
    await Promise.all(entries.map(entry => entry.findDriver()));
  }

  /** The own pod says it where no claim does. It is read only where the account is known to be allowed to. */
  private async findOwner(): Promise<void> {
    const { settings, rights } = this.options;
    this.owner = this.knownOwner();
    if (this.owner === null && this.pod === null && settings.podName !== null) {
      if (rights.may('get', '', 'pods') === true) {
        this.pod = await readOwnPod(this.context(), settings.podName).catch(() => null);
        this.owner = this.knownOwner();
      }
    }
  }

  private knownOwner(): string | null {
    const { platform } = this.options;
    const claims = [...this.entries.values()].flatMap(({ object }) => (object === null ? [] : [object]));
    // A claim that many may use names its own owner, who need not be this server's.
    const alone = claims.filter(({ spec }) => !spec.accessModes.some(mode => MANY.includes(mode)));
    const many = claims.filter(claim => !alone.includes(claim));
    const own = [...(this.pod === null ? [] : [this.pod]), ...alone].map(({ metadata }) => metadata);
    const ofOwner = many.filter(({ metadata }) => platform.ownership(metadata, null).whose === 'own');
    return platform.ownerLabel([...own, ...ofOwner.map(({ metadata }) => metadata)]);
  }

  /** Once for all that came at the same time: with hundreds of claims, each change alone would make all records anew. */
  private publishSoon(): void {
    this.publishing ??= setImmediate(() => this.publish());
  }

  /** Makes all records anew, because one claim may say whose the others are, and tells which have changed. */
  private publish(): void {
    clearImmediate(this.publishing);
    this.publishing = undefined;
    if (this.stopped) {
      return;
    }
    const { namespace, platform, settings } = this.options;
    const before = this.records;
    this.owner = this.knownOwner() ?? this.owner;
    this.records = new Map(
      [...this.entries].map(([claim, entry]) => {
        const record = describeClaim({
          ...entry.facts(),
          namespace,
          platform,
          table: this.table,
          ownerLabel: this.owner,
          allowSharedSnapshots: settings.allowSharedSnapshots
        });
        const last = before.get(claim);
        return [claim, last !== undefined && JSON.stringify(last) === JSON.stringify(record) ? last : record];
      })
    );
    for (const record of this.records.values()) {
      if (before.get(record.claim) !== record) {
        this.listeners.forEach(listener => listener(record));
      }
    }
  }

  private context() {
    const { api, rights, namespace, log, timeoutMs = TIMEOUT_MS } = this.options;
    const { classDrivers } = this;
    return {
      api,
      rights,
      namespace,
      log,
      timeoutMs,
      classDrivers,
      changed: () => this.publishSoon(),
      background: this.background
    };
  }

  private readonly background = (task: Promise<void>): void => {
    const guarded = this.guarded(task).finally(() => this.work.delete(guarded));
    this.work.add(guarded);
  };

  /** What fails shows in the records and the notices; this is only for what nobody thought of. */
  private async guarded(task: Promise<void>): Promise<void> {
    try {
      await task;
    } catch (error) {
      const known = error instanceof KubernetesError;
      this.options.log[known ? 'warn' : 'error']({ err: error }, 'looking at the claims failed');
    }
  }
}
