// Clones under faults: ten asked for at once, of ten snapshots, while the sidecar that makes them is killed and the rest goes
// wrong. No controller takes part, and no volume is replaced; what is asked for is there once, whole, or refused.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Clone } from '../../../contract';
import type { Bed } from '../bed';
import { HostSidecar, SidecarRefused } from '../hostSidecar';
import { at } from '../kubernetesObject';
import { claim, roleFor, serviceAccount } from '../manifests';
import type { TestCluster } from '../testCluster';
import type { TestNamespace } from '../testNamespace';
import { waitUntil } from '../waitUntil';
import { APPLICABLE, FAULTS, type Fault } from './faults';
import { foreignKinds } from './foreignClaims';
import { Homes, volumeHandle, type Home } from './homes';
import { Random } from './random';
import type { KillMatrixRow } from './row';
import { AT_ONCE } from './schedule';
import { runServer } from './startedServers';
import type { VolumeBytes } from './volumeBytes';

const CLAIM = 'PersistentVolumeClaim';
/** How long the quota is full, and the storage out of order. */
const LASTS_MS = 2_500;
/** A clone that is not there by then never will be. */
const LONGEST_S = 60;
/** Started at once. */
const SERVERS = 3;

type Ending = 'asked' | 'restored' | 'rolledBack' | 'refused' | 'lost';

interface CloneFlight {
  readonly home: Home;
  readonly name: string;
  readonly key: string;
  readonly faults: Fault[];
  ending: Ending;
  trouble: string | null;
  /** Why it was refused, or is not there yet. */
  said: string;
  /** File that a server has written into its source meanwhile. */
  written: string | null;
}

interface CloneArena {
  readonly namespace: TestNamespace;
  readonly bed: Bed;
  readonly bytes: VolumeBytes;
  readonly sidecar: HostSidecar;
  readonly random: Random;
}

export class CloneFlights {
  private readonly _flown: CloneFlight[] = [];

  private constructor(private readonly _arena: CloneArena) {}

  /** A namespace with homes of one user, and a sidecar that believes them mounted. */
  static async open(cluster: TestCluster, bed: Bed, bytes: VolumeBytes, seed: number): Promise<CloneFlights> {
    const namespace = await cluster.namespace('matrix-clones');
    const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
    await namespace.create(
      serviceAccount('notebook'),
      ...roleFor('notebook', namespace.name, 'notebook', [
        { groups: [''], resources: ['persistentvolumeclaims'], verbs },
        { groups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
        { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs }
      ])
    );
    const names = [...Array(AT_ONCE).keys()].map(index => `home-${index}`);
    const volumes = Object.fromEntries(names.map(name => [name, name]));
    const token = await namespace.token('notebook');
    const sidecar = await HostSidecar.prepare({ namespace, token, volumes, user: 'ann' });
    return new CloneFlights({ namespace, bed, bytes, sidecar, random: new Random(seed) });
  }

  async fly(): Promise<void> {
    const { namespace, bytes, sidecar } = this._arena;
    const homes = await new Homes(namespace, bytes, () => 'ann').ready(AT_ONCE);
    await sidecar.start();
    await this._killTheSidecar(homes);
    await this._fillTheQuota(homes);
    await this._troubleTheCluster(homes);
  }

  rows(): KillMatrixRow[] {
    const count = (fault: Fault, ending?: Ending): number =>
      this._flown
        .filter(flight => ending === undefined || flight.ending === ending)
        .flatMap(({ faults }) => faults.filter(one => one === fault)).length;
    return FAULTS.filter(fault => count(fault) > 0).map(fault => ({
      strategy: 'clone',
      fault,
      hits: count(fault),
      restored: count(fault, 'restored'),
      rolledBack: count(fault, 'rolledBack'),
      refused: count(fault, 'refused'),
      lost: count(fault, 'lost'),
      leftBehind: count(fault, 'asked')
    }));
  }

  /** Faults that have to strike, and have not. */
  missing(): Fault[] {
    const rows = this.rows();
    return APPLICABLE.clone.filter(fault => !rows.some(row => row.fault === fault));
  }

  troubles(): string[] {
    return this._flown.flatMap(flight =>
      flight.trouble === null
        ? []
        : [`${idOf(flight)} (${flight.faults.join(', ')}): ${flight.trouble}; ${flight.ending}: ${flight.said}`]
    );
  }

  async remove(): Promise<void> {
    await this._arena.sidecar.remove();
    await this._arena.namespace.remove();
  }

  /** One clone of each home, the sidecar killed again and again, while users start to work with some of the homes. */
  private async _killTheSidecar(homes: readonly Home[]): Promise<void> {
    const { namespace, random, sidecar } = this._arena;
    const flights = this._take(homes, 'killed');
    const asked = flights.map(flight => this._ask(flight));
    const served = random.shuffled(flights).slice(0, SERVERS);
    this._hit('server started', served);
    const servers = served.map(async flight => {
      const { claim: source } = flight.home;
      flight.written = await runServer({ namespace, name: `jupyter-${source}`, claim: source });
    });
    for (let kill = 0; kill < 4; kill++) {
      await delay(random.below(150));
      this._hit('kill -9 of the controller', flights);
      await sidecar.kill();
      await sidecar.start();
    }
    await Promise.all([...asked, ...servers]);
    await this._judge(flights);
  }

  /** One clone of each home, while the cluster has its troubles. */
  private async _troubleTheCluster(homes: readonly Home[]): Promise<void> {
    const { namespace, bed, bytes, random } = this._arena;
    const flights = this._take(homes, 'troubled');
    const foreign = foreignKinds.map(async ([fault, options], index) => {
      const flight = flights[index * 2];
      if (flight !== undefined) {
        flight.faults.push(fault);
        await namespace.create(claim(idOf(flight), options));
      }
    });
    await Promise.all(foreign);
    await bytes.outage(true);
    this._hit('driver fails', flights);
    const asked = flights.map(flight => this._ask(flight));
    const deleted = flights[1 + 2 * random.below(5)];
    await delay(random.below(LASTS_MS));
    if (deleted !== undefined) {
      this._hit('snapshot deleted', [deleted]);
      await namespace.delete('VolumeSnapshot', deleted.home.snapshot);
    }
    this._hit('restart of the API server', flights);
    await bed.kill('apiserver');
    await bytes.outage(false);
    await bed.startAll();
    await Promise.all(asked);
    await this._judge(flights);
  }

  /** One clone of each home, while no claim may be made. */
  private async _fillTheQuota(homes: readonly Home[]): Promise<void> {
    const { namespace } = this._arena;
    const flights = this._take(homes, 'full');
    const hard = { persistentvolumeclaims: '0' };
    await namespace.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full' }, spec: { hard } });
    this._hit('quota full', flights);
    await Promise.all(flights.map(flight => this._ask(flight)));
    await namespace.delete('ResourceQuota', 'full');
    await this._judge(flights);
  }

  private _take(homes: readonly Home[], name: string): CloneFlight[] {
    const flights = homes.map((home): CloneFlight => ({
      home,
      name,
      key: randomUUID(),
      faults: [],
      ending: 'asked',
      trouble: null,
      said: '',
      written: null
    }));
    this._flown.push(...flights);
    return flights;
  }

  private _hit(fault: Fault, flights: readonly CloneFlight[]): void {
    flights.filter(({ ending }) => ending === 'asked').forEach(({ faults }) => faults.push(fault));
  }

  /** Until there is an answer, always with the same key; then until the clone is there, or it is clear that it will not be. */
  private async _ask(flight: CloneFlight): Promise<void> {
    const { sidecar } = this._arena;
    const path = `/snapshots/${flight.home.snapshot}/clones`;
    const asked = async (): Promise<Ending | false> => {
      try {
        const parts = { body: { name: flight.name }, headers: { 'Idempotency-Key': flight.key } };
        // Asked again with the same key it tells how the same clone is now.
        const { id, uid, state } = await sidecar.ask(Clone, 'POST', path, parts);
        // The cluster goes on trying, except where there is nothing to copy any more: then its user deletes it.
        if (state.phase === 'failed' && flight.faults.includes('snapshot deleted')) {
          const { status } = await sidecar.send('DELETE', `/clones/${id}?uid=${uid}`);
          return status < 400 && 'rolledBack';
        }
        flight.said = state.phase === 'failed' ? state.problem.detail : '';
        return state.phase === 'ready' && 'restored';
      } catch (error) {
        if (error instanceof SidecarRefused && error.problem.status < 500) {
          flight.said = error.message;
          return 'refused';
        }
        throw error;
      }
    };
    flight.ending = await waitUntil(`clone ${idOf(flight)}`, asked, { seconds: LONGEST_S, every: 100 }).catch(
      (error: unknown) => {
        flight.trouble = String(error);
        return 'asked' as const;
      }
    );
  }

  private async _judge(flights: readonly CloneFlight[]): Promise<void> {
    await Promise.all(
      flights.map(async flight => {
        const wrong = flight.trouble ?? (await this._wrongWith(flight));
        flight.trouble = wrong;
        flight.ending = wrong === null || flight.ending === 'asked' ? flight.ending : 'lost';
      })
    );
  }

  private async _wrongWith(flight: CloneFlight): Promise<string | null> {
    const { namespace, bytes } = this._arena;
    const { home, ending, faults, written } = flight;
    const held = async (name: string) => {
      const found = await namespace.find(CLAIM, name);
      const bound = at(found, 'status', 'phase') === 'Bound';
      return found !== undefined && bound ? bytes.volume(await volumeHandle(namespace, found)) : undefined;
    };
    const source = await held(home.claim);
    if (source?.hash !== home.after || (written !== null && !source.marks.includes(written))) {
      return 'its source does not hold what it held';
    }
    if (ending === 'restored' && (await held(idOf(flight)))?.hash !== home.before) {
      return 'it is said to be there, and does not hold what the snapshot holds';
    }
    const isForeign = faults.some(fault => fault.startsWith('foreign'));
    if (ending !== 'restored' && !isForeign) {
      const gone = async (): Promise<boolean> => (await namespace.find(CLAIM, idOf(flight))) === undefined;
      return waitUntil(`${idOf(flight)} to be gone`, gone, { seconds: 30 }).then(() => null, String);
    }
    return isForeign && ending === 'restored' ? 'a claim of somebody else is said to be the clone' : null;
  }
}

const idOf = ({ home, name }: Pick<CloneFlight, 'home' | 'name'>): string => `${home.claim}.${name}`;
