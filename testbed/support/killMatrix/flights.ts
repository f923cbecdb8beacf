// Restores under way at once: followed by a watch, approved when they are planned, and hit by faults.
import {
  restorePath,
  VolumeRestore,
  type ControllerStrategy,
  type RestorePhase
} from '../../../server/src/providers/kubernetes/volumeRestore';
import type { KubernetesApi, Watch } from '../../../server/src/providers/kubernetes/client/kubernetesApi';
import { apiOf } from '../clusterProvider';
import type { RestoreScene, UserServer } from '../restoreScene';
import { waitUntil } from '../waitUntil';
import { allOf } from './allOf';
import type { Fault } from './faults';

/** A snapshot, or the volume that a restore has kept. */
export type Source = { readonly snapshot: string } | { readonly volume: string };

/** One restore of the matrix, and what its volume may hold afterwards. */
export interface Flight {
  /** Of the VolumeRestore. */
  readonly name: string;
  readonly claim: string;
  readonly strategy: ControllerStrategy;
  /** For an undo: of which restore. */
  readonly undoOf?: string;
  /** What is gone back to. */
  readonly source: Source;
  /** Hash of what the volume holds if it succeeds, and if it does not. */
  readonly target: string;
  readonly origin: string;
  /** Server from which it was asked for; it ends when the restore waits for that. */
  readonly server?: UserServer;
}

/** A phase of work in its place; the final ones have none. */
const ORDER: readonly RestorePhase[] = [
  '',
  'Planning',
  'Planned',
  'Preparing',
  'WaitingForRelease',
  'Securing',
  'Restoring',
  'Verifying'
];

interface Hit {
  readonly fault: Fault;
  readonly flight: Flight;
  readonly phase: RestorePhase;
}

export class Flights {
  readonly hits: Hit[] = [];
  private readonly _seen = new Map<string, VolumeRestore>();
  private readonly _furthest = new Map<string, number>();
  private readonly _asked = new Set<string>();
  private readonly _api: KubernetesApi;
  private readonly _watch: Watch;
  private _waiting: (() => void)[] = [];

  private constructor(
    private readonly _scene: RestoreScene,
    readonly all: readonly Flight[]
  ) {
    const { namespace } = _scene;
    this._api = apiOf(namespace.account, namespace.name);
    this._watch = this._api.watch({
      path: restorePath(namespace.name),
      item: VolumeRestore,
      replaced: items => items.forEach(item => this._observed(item)),
      upserted: item => this._observed(item),
      deleted: () => undefined,
      health: () => undefined
    });
  }

  /** Asks for them all. */
  static async start(scene: RestoreScene, all: readonly Flight[]): Promise<Flights> {
    const flights = new Flights(scene, all);
    await flights._watch.listed;
    const asked = all.map(({ name, claim: claimName, strategy, source, undoOf, server }) => {
      const snapshot = 'snapshot' in source ? { snapshotName: source.snapshot } : {};
      const from = undoOf === undefined ? snapshot : { undoOf };
      const chosen = strategy === 'files' ? { paths: ['notes', 'data'] } : {};
      return scene.request(name, { claimName, strategy, ...from, ...chosen }, server);
    });
    try {
      await allOf(asked);
    } catch (error) {
      await flights.stop();
      throw error;
    }
    return flights;
  }

  /** As it was seen last. */
  seen({ name }: Flight): VolumeRestore | undefined {
    return this._seen.get(name);
  }

  isUnderWay(flight: Flight): boolean {
    return ORDER.includes(this.seen(flight)?.status.phase ?? '');
  }

  underWay(): Flight[] {
    return this.all.filter(flight => this.isUnderWay(flight));
  }

  /** Counts a fault for those of the flights that are under way; says which these are. */
  hit(fault: Fault, flights: readonly Flight[] = this.all): Flight[] {
    const hit = flights.filter(flight => this.isUnderWay(flight));
    this.hits.push(...hit.map(flight => ({ fault, flight, phase: this.seen(flight)?.status.phase ?? '' })));
    return hit;
  }

  faultsOf(flight: Flight): Set<Fault> {
    return new Set(this.hits.filter(hit => hit.flight === flight).map(({ fault }) => fault));
  }

  /** Resolves true when so many have come to a phase, or all that ever will; false when none will. */
  whenReached(phase: RestorePhase, count: number, among: readonly Flight[] = this.all): Promise<boolean> {
    return new Promise(resolve => {
      const look = (): void => {
        const reached = among.filter(({ name }) => (this._furthest.get(name) ?? 0) >= ORDER.indexOf(phase));
        const coming = among.filter(flight => !reached.includes(flight) && this.isUnderWay(flight));
        if (reached.length >= count) {
          resolve(true);
        } else if (coming.length === 0) {
          resolve(reached.length > 0);
        } else {
          this._waiting.push(look);
        }
      };
      look();
    });
  }

  /** Waits until all have ended; those that have not by then are said. */
  async allEnded(seconds: number): Promise<Flight[]> {
    await waitUntil('all restores to have ended', () => this.underWay().length === 0, { seconds }).catch(
      () => undefined
    );
    return this.underWay();
  }

  async stop(): Promise<void> {
    await this._watch.stop();
    await this._api.dispose();
  }

  private _observed(restore: VolumeRestore): void {
    const { name } = restore.metadata;
    const flight = this.all.find(one => one.name === name);
    if (flight === undefined) {
      return;
    }
    this._seen.set(name, restore);
    const place = ORDER.indexOf(restore.status.phase);
    this._furthest.set(name, Math.max(place, this._furthest.get(name) ?? 0));
    if (restore.status.phase === 'Planned' && restore.status.plan?.blockers.length === 0) {
      this._once(`approve ${name}`, () => this._scene.approve(name, flight.server));
    }
    if (restore.status.phase === 'WaitingForRelease' && flight.server !== undefined) {
      const { name: pod } = flight.server;
      // Its containers are ended, and it stays, as after its own shutdown.
      const end = { spec: { activeDeadlineSeconds: 1 } };
      this._once(`end ${pod}`, () => this._scene.namespace.patch('Pod', pod, end));
    }
    const waiting = this._waiting;
    this._waiting = [];
    waiting.forEach(look => look());
  }

  /** As a user who goes on trying while the API server is away. */
  private _once(what: string, act: () => Promise<unknown>): void {
    if (!this._asked.has(what)) {
      this._asked.add(what);
      const done = async (): Promise<boolean> => {
        await act();
        return true;
      };
      waitUntil(what, done, { every: 500 }).catch(() => this._asked.delete(what));
    }
  }
}
