// The matrix of one strategy: its rounds one after the other, and what came of them all.
import type { ControllerStrategy } from '../../../server/src/providers/kubernetes/volumeRestore';
import type { RestoreScene, UserServer } from '../restoreScene';
import { waitUntil } from '../waitUntil';
import { allOf } from './allOf';
import type { Arena } from './arena';
import { oneByOne, type ClusterFaults } from './clusterFaults';
import { APPLICABLE, FAULTS, type Fault } from './faults';
import { Flights, type Flight } from './flights';
import { Homes } from './homes';
import { deleted } from './lasting';
import { leftBehind } from './leftBehind';
import { Random } from './random';
import { judgeAll, strikeAll } from './round';
import type { KillMatrixRow } from './row';
import { AT_ONCE, roundOf, roundsOf, type Round } from './schedule';
import { undoable } from './undoable';
import { checkNotes, type Verdict } from './verdict';
import type { VolumeBytes } from './volumeBytes';

/** Restores of each round that are asked for from a server, which ends when its restore waits for that. */
const WITH_SERVER = 3;
/** Keeps claims where the gap between two of one name is to last; its controllers have to let it pass. */
export const HELD = 'tests.example/held';
/** Policies are set back and volumes freed a minute after the end; nothing else has to be waited for. */
const SETTLED_S = 150;

/** Rounds beyond the planned ones, for faults that have not struck in these. */
const ONCE_MORE = 3;

const SPOILING: readonly Fault[] = ['snapshot deleted', 'foreign claim: other class', 'foreign claim: first consumer'];

interface MatrixOptions {
  readonly strategy: ControllerStrategy;
  readonly cluster: ClusterFaults;
  readonly bytes: VolumeBytes;
  readonly seed: number;
}

/** A round whose restores are asked for. */
interface Begun {
  readonly round: Round;
  readonly started: number;
  readonly arena: Arena;
  endless: readonly Flight[];
}

interface FlownRound {
  readonly title: string;
  readonly flights: Flights;
  readonly verdicts: readonly Verdict[];
}

export class Matrix {
  readonly strategy: ControllerStrategy;
  private readonly _rounds: readonly Round[];
  private readonly _flown: FlownRound[] = [];
  private readonly _written = new Map<string, string[]>();
  private readonly _leftBehind = new Map<Flight, string[]>();
  private readonly _random: Random;
  private readonly _homes: Homes;
  /** Of the round that has begun and is not judged. */
  private _followed: Flights | null = null;

  constructor(
    private readonly _scene: RestoreScene,
    private readonly _options: MatrixOptions
  ) {
    const { strategy, seed, bytes } = _options;
    this.strategy = strategy;
    this._random = new Random(seed);
    this._rounds = roundsOf(strategy, this._random);
    this._homes = new Homes(_scene.namespace, bytes, claim => claim);
  }

  /** The round after those that are flown; null: it was the last, and every fault has struck. */
  next(): Round | null {
    const index = this._flown.length;
    const missing = this.missing();
    const more = missing.length > 0 && index < this._rounds.length + ONCE_MORE;
    return this._rounds[index] ?? (more ? roundOf(this.strategy, missing, this._random) : null);
  }

  /** Faults that have to strike, and have not yet. */
  missing(): Fault[] {
    return APPLICABLE[this.strategy].filter(fault => this._row(fault).hits === 0);
  }

  /** Asks for the restores of a round. Nothing strikes yet. */
  async begin(round: Round): Promise<Begun> {
    const started = performance.now();
    const { _scene: scene } = this;
    const { cluster, bytes } = this._options;
    const flights = await (round.undo === true
      ? this._undos()
      : this._restores(`${this.strategy}-${this._flown.length}`));
    await Promise.all(flights.map(flight => checkNotes({ scene, bytes }, flight)));
    const finalizer = round.longGap === true ? HELD : null;
    if (finalizer !== null) {
      await this._hold(flights, finalizer);
    }
    this._followed = await Flights.start(scene, flights);
    const arena: Arena = {
      scene,
      bytes,
      flights: this._followed,
      random: this._random,
      cluster,
      finalizer,
      written: this._written,
      alone: oneByOne()
    };
    return { round, started, arena, endless: flights };
  }

  /** Strikes, and waits for the end of the restores. */
  async fly(begun: Begun): Promise<void> {
    begun.endless = await strikeAll(begun.arena, begun.round.strikes);
  }

  /** Looks at what is there now. */
  async judge({ round, started, arena, endless }: Begun): Promise<void> {
    const { flights } = arena;
    const title = `${this.strategy}, ${round.title}`;
    const verdicts = await judgeAll(arena, endless);
    await this.stop();
    this._flown.push({ title, flights, verdicts });
    await this._endServers(flights.all);
    const spoilt = flights.all.filter(flight => endless.includes(flight) || isSpoilt(flights, flight));
    this._homes.forget(spoilt.map(({ claim }) => claim));
    say(title, flights, verdicts, performance.now() - started);
  }

  /** Follows no restore any more. */
  async stop(): Promise<void> {
    const followed = this._followed;
    this._followed = null;
    await followed?.stop();
  }

  /** Waits until nothing is left behind; what is there still then is counted, and told by `troubles`. */
  async settle(): Promise<void> {
    let left: Awaited<ReturnType<typeof leftBehind>> = [];
    let flights = this._flown.flatMap(({ flights: { all } }) => all);
    const none = async (): Promise<boolean> => {
      left = await leftBehind(this._scene, flights);
      flights = flights.filter(flight => left.some(one => one.flight === flight));
      return left.length === 0;
    };
    await waitUntil('nothing to be left behind', none, { seconds: SETTLED_S, every: 2_000 }).catch(() => undefined);
    left.forEach(({ flight, what }) => this._leftBehind.set(flight, [...(this._leftBehind.get(flight) ?? []), what]));
  }

  /** Everything that is not as it has to be, in words. */
  troubles(): string[] {
    return this._flown.flatMap(({ flights, verdicts }) =>
      flights.all.flatMap(flight => {
        const losses = verdicts.find(one => one.flight === flight)?.losses ?? ['it has not ended'];
        const words = [...losses, ...(this._leftBehind.get(flight) ?? []).map(what => `it has left ${what}`)];
        const faults = [...flights.faultsOf(flight)].join(', ');
        return words.map(word => `${flight.name} (${faults}): ${word}`);
      })
    );
  }

  /** Rounds in which nothing was struck: they have tried nothing. */
  idle(): string[] {
    return this._flown.filter(({ flights }) => flights.hits.length === 0).map(({ title }) => title);
  }

  rows(): KillMatrixRow[] {
    return FAULTS.map(fault => this._row(fault)).filter(({ hits }) => hits > 0);
  }

  private _row(fault: Fault): KillMatrixRow {
    const hits = this._flown.flatMap(({ flights, verdicts }) =>
      flights.hits
        .filter(hit => hit.fault === fault)
        .map(({ flight }) => ({ flight, ending: verdicts.find(one => one.flight === flight)?.ending ?? 'endless' }))
    );
    const count = (ending: string): number => hits.filter(hit => hit.ending === ending).length;
    return {
      strategy: this.strategy,
      fault,
      hits: hits.length,
      restored: count('restored'),
      rolledBack: count('rolledBack'),
      refused: count('refused'),
      lost: count('lost'),
      leftBehind: hits.filter(({ flight, ending }) => ending === 'endless' || this._leftBehind.has(flight)).length
    };
  }

  private async _restores(title: string): Promise<Flight[]> {
    const { strategy } = this;
    const homes = await this._homes.ready(AT_ONCE);
    return Promise.all(
      homes.map(async ({ claim, snapshot, before, after }, index) => ({
        name: `${claim}.${title}`,
        claim,
        strategy,
        source: { snapshot },
        target: before,
        origin: after,
        ...(index < WITH_SERVER ? { server: await this._server(claim) } : {})
      }))
    );
  }

  /** Its claim's restore of the round before is over. */
  private _server(claim: string): Promise<UserServer> {
    return this._scene.letIn(() => this._scene.server(claim, { user: claim }));
  }

  private async _hold(flights: readonly Flight[], finalizer: string): Promise<void> {
    const metadata = { finalizers: [finalizer, 'kubernetes.io/pvc-protection'] };
    await Promise.all(
      flights.map(({ claim }) => this._scene.namespace.patch('PersistentVolumeClaim', claim, { metadata }))
    );
  }

  /** Those whose restore did not delete them; it may be about to. */
  private async _endServers(flights: readonly Flight[]): Promise<void> {
    const { namespace } = this._scene;
    const end = async (name: string): Promise<void> => {
      await deleted(`server ${name}`, () => namespace.delete('Pod', name, { gracePeriodSeconds: 1 }));
      await namespace.waitUntilGone('Pod', name);
    };
    await allOf(flights.flatMap(({ server }) => (server === undefined ? [] : [end(server.name)])));
  }

  /** What they replaced comes back. */
  private async _undos(): Promise<Flight[]> {
    const { strategy } = this;
    const good = undoable(this._flown.map(({ flights: { all }, verdicts }) => ({ all, verdicts })));
    const chosen = this._random.shuffled(good).slice(0, AT_ONCE);
    return Promise.all(
      chosen.map(async ({ name, claim, target, origin }) => {
        const { volume, snapshot } = (await this._scene.restore(name)).status.undo ?? {};
        return {
          name: `${claim}.${strategy}-undo`,
          claim,
          strategy,
          undoOf: name,
          source: volume === null || volume === undefined ? { snapshot: snapshot ?? '' } : { volume },
          target: origin,
          origin: target
        };
      })
    );
  }
}

/** Whether the next round needs another home: this one has no snapshot any more, or is a claim of another kind. */
const isSpoilt = (flights: Flights, flight: Flight): boolean =>
  [...flights.faultsOf(flight)].some(fault => SPOILING.includes(fault));

/** How a round went, in which phases the faults have met the restores, and which took longest. */
function say(title: string, flights: Flights, verdicts: readonly Verdict[], ms: number): void {
  const { hits, all } = flights;
  const endings = verdicts.map(({ ending }) => ending);
  const phases = [...new Set(hits.map(({ phase }) => phase))];
  const met = phases.map(phase => `${phase || 'new'} ${hits.filter(hit => hit.phase === phase).length}`).join(', ');
  const ended = [...new Set(endings)].map(one => `${endings.filter(other => other === one).length} ${one}`).join(', ');
  const [longest] = all
    .map(flight => ({ flight, seconds: secondsOf(flights, flight) }))
    .sort((one, other) => other.seconds - one.seconds);
  const last = longest === undefined ? '' : `, at most ${longest.seconds} s (${longest.flight.name})`;
  const time = `${(ms / 1000).toFixed(1)} s`;
  process.stdout.write(
    `${title}: ${all.length} restores, ${hits.length} hits (${met}); ${ended}${last}; ${time} in all\n`
  );
}

function secondsOf(flights: Flights, flight: Flight): number {
  const { startedAt, finishedAt } = flights.seen(flight)?.status ?? {};
  return Math.round((Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1000) || 0;
}
