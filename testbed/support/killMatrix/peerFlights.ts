// The peer's restores under the same faults: ten at a time, tried once more when all is well again, as its user would.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from '../bed';
import { at, type KubernetesObject } from '../kubernetesObject';
import type { Peer, PeerCall } from '../peer';
import type { TestNamespace } from '../testNamespace';
import { pod } from '../testPod';
import type { Fault } from './faults';
import { volumeHandle, type Home } from './homes';
import type { Random } from './random';
import { PEER_STRIKE_ALL, PEER_STRIKE_ONE } from './peerStrikes';
import type { KillMatrixRow } from './row';
import type { VolumeBytes } from './volumeBytes';

/** It looks every 5 s: two looks more than usual are waited for before the next round begins, ms. */
const AGAIN_MS = 12_000;
/** After so long without any fault a restore stands still for ever, ms: also on a machine that is busy. */
const LONGEST_MS = 45_000;
const CLAIM = 'PersistentVolumeClaim';
/** After these the claim is no good for another round. */
const SPOILING: readonly Fault[] = ['snapshot deleted', 'foreign claim: other class', 'foreign claim: first consumer'];

export interface PeerScene {
  readonly namespace: TestNamespace;
  readonly bed: Bed;
  readonly bytes: VolumeBytes;
  readonly peer: Peer;
  readonly random: Random;
}

/** One restore, and what has struck it while it was under way. */
export interface PeerFlight {
  readonly home: Home;
  readonly faults: Fault[];
  call: PeerCall;
}

type Ending = 'restored' | 'refused' | 'lost';

export class PeerFlights {
  private readonly _all: PeerFlight[] = [];
  private readonly _endings = new Map<PeerFlight, Ending>();
  /** Since when there is no fault any more, ms. */
  private _quietSince = 0;

  constructor(
    private readonly _scene: PeerScene,
    /** How long a restore takes that nothing strikes, ms. */
    private readonly _lengthMs: number
  ) {}

  /** One fault for each, at any instant of its restore; all begin together. */
  async strikeEach(homes: readonly Home[], faults: readonly Fault[]): Promise<void> {
    const flights = homes.map(home => this._begin(home));
    const struck = flights.map(async (flight, index) => {
      const [fault] = [faults[index % faults.length]];
      const strike = fault && PEER_STRIKE_ONE[fault];
      if (fault === undefined || strike === undefined) {
        throw new Error(`${fault} does not strike one restore.`);
      }
      await delay(this._scene.random.below(this._lengthMs));
      await strike(this._scene, flight, fault);
    });
    await Promise.all(struck);
    this._quietSince = performance.now();
    await this._ended(flights, this._lengthMs + AGAIN_MS);
  }

  /** One fault for all, each at another instant of its restore: they have begun one by one. */
  async strikeAll(homes: readonly Home[], fault: Fault): Promise<void> {
    const strike = PEER_STRIKE_ALL[fault];
    if (strike === undefined) {
      throw new Error(`${fault} does not strike all restores.`);
    }
    const flights: PeerFlight[] = [];
    const begun = homes.map(async home => {
      await delay(this._scene.random.below(this._lengthMs));
      flights.push(this._begin(home));
    });
    await delay(this._lengthMs);
    await Promise.all(begun);
    await strike(this._scene, () => flights.forEach(hit(fault)));
    this._quietSince = performance.now();
    await this._ended(flights, this._lengthMs + AGAIN_MS);
  }

  /** Looks at what those have done that returned well; the other claims are not for another round. Says which these are. */
  async unusable(): Promise<string[]> {
    const open = this._all.filter(flight => !this._endings.has(flight));
    await this._judge(open.filter(({ call }) => call.end?.error === null));
    const isUsable = (flight: PeerFlight): boolean =>
      this._endings.get(flight) === 'restored' && !flight.faults.some(fault => SPOILING.includes(fault));
    return open.filter(flight => !isUsable(flight)).map(({ home }) => home.claim);
  }

  /** What has failed or stands still is tried once more, when all is well again; then its volume is looked at. */
  async settle(): Promise<void> {
    await this._endedOrStill(this._all, this._quietSince);
    await this.unusable();
    const again = this._all.filter(flight => !this._endings.has(flight));
    for (const flight of again) {
      flight.call.kill();
      flight.call = this._restore(flight.home);
    }
    const begun = performance.now();
    await this._ended(again, this._lengthMs + AGAIN_MS);
    await this._useAsServersDo();
    await this._endedOrStill(again, begun);
    await this._judge(again);
    again.forEach(({ call }) => call.kill());
  }

  rows(): KillMatrixRow[] {
    const faults = [...new Set(this._all.flatMap(flight => flight.faults))];
    return faults.map(fault => {
      const flights = this._all.filter(flight => flight.faults.includes(fault));
      const count = (ending: Ending): number => flights.filter(one => this._endings.get(one) === ending).length;
      return {
        strategy: 'restore',
        fault,
        hits: flights.length,
        restored: count('restored'),
        // It takes nothing back.
        rolledBack: 0,
        refused: count('refused'),
        lost: count('lost'),
        leftBehind: flights.filter(({ call }) => call.wasKilled).length
      };
    });
  }

  private _begin(home: Home): PeerFlight {
    const flight = { home, faults: [], call: this._restore(home) };
    this._all.push(flight);
    return flight;
  }

  private _restore(home: Home): PeerCall {
    return this._scene.peer.restore(this._scene.namespace.name, home.snapshot);
  }

  /** A class that waits for its first consumer gives a volume only then. */
  private async _useAsServersDo(): Promise<void> {
    const { namespace } = this._scene;
    const pending = (await namespace.list(CLAIM)).filter(isPending).map(({ metadata }) => metadata.name ?? '');
    const servers = pending.map(name =>
      pod(namespace.cluster.image, `use-${name}`, { claims: { '/home/jovyan': name }, restartPolicy: 'Never' })
    );
    await Promise.all(servers.map(server => namespace.create(server)));
  }

  private async _judge(flights: readonly PeerFlight[]): Promise<void> {
    for (const flight of flights) {
      this._endings.set(flight, await this._look(flight));
    }
  }

  /** Until each has ended, or stands still. */
  private _endedOrStill(flights: readonly PeerFlight[], sinceMs: number): Promise<void> {
    return this._ended(flights, Math.max(AGAIN_MS, sinceMs + this._lengthMs + LONGEST_MS - performance.now()));
  }

  private async _ended(flights: readonly PeerFlight[], atMostMs: number): Promise<void> {
    const late = delay(atMostMs, null, { ref: false });
    await Promise.race([Promise.all(flights.map(({ call }) => call.ended)), late]);
  }

  private async _look({ home, call }: PeerFlight): Promise<Ending> {
    const { namespace, bytes } = this._scene;
    const claim = await namespace.find(CLAIM, home.claim);
    const isBound = claim !== undefined && at(claim, 'status', 'phase') === 'Bound';
    const held = isBound ? await bytes.volume(await volumeHandle(namespace, claim)) : undefined;
    if (held?.hash === home.before) {
      return 'restored';
    }
    return held?.hash === home.after && call.end?.error !== null ? 'refused' : 'lost';
  }
}

const isPending = (claim: KubernetesObject): boolean => at(claim, 'status', 'phase') === 'Pending';

/** Notes the fault for a restore that is under way. */
export const hit =
  (fault: Fault) =>
  (flight: PeerFlight): boolean => {
    const isHit = flight.call.end === undefined;
    if (isHit) {
      flight.faults.push(fault);
    }
    return isHit;
  };
