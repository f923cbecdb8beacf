/**
 * ONTAP’s mirrors as `datamark-controller` tells them to this server, asked only when somebody looks: an answer is good for a
 * while, one call serves all who ask at once, and what was told last stays when it can’t be asked.
 */
import type { z } from 'zod';
import type { MirrorSource } from '../../../contract';
import { durationWords } from '../durationWords';
import { ProblemError } from '../problemError';
import { ControllerConnection, type ControllerCall } from './controllerConnection';
import { LostAnswer } from './controllerFailure';
import { ToldMirror, ToldMirrors, type ConfirmTold } from './controllerWire';
import type { ControllerAddress } from './ingestSettings';

const TIMEOUT_MS = 10_000;
const GOOD_FOR_MS = 15_000;
/** Where it says to wait and not how long; and the longest that is waited because it says so. */
const WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

export interface ThroughControllerOptions {
  readonly address: ControllerAddress;
  readonly userAgent: string;
  readonly timeoutMs?: number;
  /** An answer serves so long, in ms. */
  readonly goodForMs?: number;
  /** In ms, only ever forward. */
  readonly clock?: () => number;
}

/** What ONTAP has told last. */
export interface ToldByController {
  readonly items: readonly ToldMirror[];
  readonly source: MirrorSource;
  /** Time of the controller, by which ages are told; null: it has never told. */
  readonly now: Date | null;
}

type Looked = 'problem' | 'told';

export class ThroughController {
  readonly #connection: ControllerConnection;
  readonly #clock: () => number;
  readonly #goodForMs: number;
  #told: { readonly answer: z.infer<typeof ToldMirrors>; readonly at: number } | null = null;
  #problem: ProblemError | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: { readonly anew: boolean; readonly look: Promise<Looked> } | null = null;

  constructor(options: ThroughControllerOptions) {
    const { address, userAgent, timeoutMs = TIMEOUT_MS, goodForMs = GOOD_FOR_MS, clock } = options;
    this.#clock = clock ?? ((): number => performance.now());
    this.#goodForMs = goodForMs;
    this.#connection = new ControllerConnection({
      ...{ address, userAgent, timeoutMs },
      askedToWait: ms => {
        this.#notBefore = this.#clock() + Math.min(ms === 0 ? WAIT_MS : ms, LONGEST_WAIT_MS);
      }
    });
  }

  /** Asks where the last answer is too old, or with `anew`. Never rejects: what went wrong is in `source`. */
  async look(anew: boolean): Promise<ToldByController> {
    while (this.#running !== null && anew && !this.#running.anew) {
      await this.#running.look;
    }
    if (this.#running === null && this.#mustAsk(anew)) {
      const look = this.#ask(anew).finally(() => {
        this.#running = null;
        this.#lookedAt = this.#clock();
      });
      this.#running = { anew, look };
    }
    await this.#running?.look;
    return this.current();
  }

  /** Asks again once a transfer has ended, or after a few seconds; nothing while the controller asks to wait. Never rejects. */
  async afterTransfer(): Promise<void> {
    if (this.#clock() < this.#notBefore) {
      return;
    }
    try {
      const answer = await this.#connection.call({
        method: 'GET',
        path: '/v1/mirrors?wait=transfer',
        schema: ToldMirrors
      });
      // A look that began later may have been answered before.
      if (this.#told === null || answer.now >= this.#told.answer.now) {
        this.#told = { answer, at: this.#clock() };
      }
      this.#problem = null;
    } catch (error) {
      this.#problem = problemErrorOf(error);
    }
  }

  /** What was told last, without asking. */
  current(): ToldByController {
    const told = this.#told;
    const asOf = told?.answer.asOf ?? null;
    const now = told === null ? null : new Date(Date.parse(told.answer.now) + this.#clock() - told.at);
    const items = told?.answer.items ?? [];
    const problem = this.#problem?.problem ?? told?.answer.problem ?? null;
    if (problem !== null) {
      return { items, now, source: { state: 'refuses', problem, asOf } };
    }
    if (asOf !== null) {
      return { items, now, source: { state: 'answers', asOf } };
    }
    return { items, now, source: told === null ? NOT_ASKED : NONE_HERE };
  }

  /** Begins a transfer, with a key one only. Rejects with ProblemError, as all below. */
  update(uuid: string, idempotencyKey: string | null): Promise<ToldMirror> {
    const path = `/v1/mirrors/${uuid}/update`;
    return this.#act({ method: 'POST', path, idempotencyKey }, 'the transfer was begun');
  }

  cancel(uuid: string): Promise<ToldMirror> {
    return this.#act({ method: 'DELETE', path: `/v1/mirrors/${uuid}/update` }, 'the transfer was ended');
  }

  promote(uuid: string, seen: z.infer<typeof ConfirmTold>): Promise<ToldMirror> {
    return this.#act({ method: 'POST', path: `/v1/mirrors/${uuid}/promote`, body: seen }, 'the mirror was promoted');
  }

  resync(uuid: string, seen: z.infer<typeof ConfirmTold>): Promise<ToldMirror> {
    return this.#act({ method: 'POST', path: `/v1/mirrors/${uuid}/resync`, body: seen }, 'the resync was begun');
  }

  dispose(): Promise<void> {
    return this.#connection.dispose();
  }

  #mustAsk(anew: boolean): boolean {
    const now = this.#clock();
    return now >= this.#notBefore && (anew || now - this.#lookedAt >= this.#goodForMs);
  }

  async #ask(anew: boolean): Promise<Looked> {
    const path = anew ? '/v1/mirrors?anew=true' : '/v1/mirrors';
    try {
      const answer = await this.#connection.call({ method: 'GET', path, schema: ToldMirrors });
      this.#told = { answer, at: this.#clock() };
      this.#problem = null;
      return 'told';
    } catch (error) {
      this.#problem = problemErrorOf(error);
      return 'problem';
    }
  }

  async #act(call: Omit<ControllerCall<ToldMirror>, 'schema'>, done: string): Promise<ToldMirror> {
    const wait = this.#notBefore - this.#clock();
    if (wait > 0) {
      throw new ProblemError('controller-unreachable', {
        detail: 'The controller asked to wait before it is asked again, so nothing was sent.',
        next: `Try again in ${durationWords(Math.ceil(wait / 1000) * 1000)}.`
      });
    }
    try {
      const mirror = await this.#connection.call({ ...call, schema: ToldMirror });
      this.#replace(mirror);
      return mirror;
    } catch (error) {
      throw error instanceof LostAnswer ? unclear(error, done) : error;
    } finally {
      // Whatever is told next is told after this.
      this.#lookedAt = Number.NEGATIVE_INFINITY;
    }
  }

  #replace(mirror: ToldMirror): void {
    if (this.#told !== null) {
      const { answer, at } = this.#told;
      const items = answer.items.map(one => (one.uuid === mirror.uuid ? mirror : one));
      this.#told = { answer: { ...answer, items }, at };
    }
  }
}

/** No storage was asked, since none can have a mirror of this server’s. */
const NONE_HERE: MirrorSource = {
  state: 'absent',
  reason: 'The controller knows no volume of this server that a mirror of ONTAP arrives in.'
};
const NOT_ASKED: MirrorSource = { state: 'absent', reason: 'Nobody has asked the controller yet.' };

const problemErrorOf = (error: unknown): ProblemError =>
  error instanceof ProblemError
    ? error
    : new ProblemError('internal', {
        detail: 'Asking the controller failed inside Datamark.',
        next: 'Look into the log.'
      });

const unclear = ({ problem }: ProblemError, done: string): ProblemError =>
  ProblemError.of({
    ...problem,
    detail: `${problem.detail} Whether ${done} isn’t known.`,
    next: 'Look at the mirror before you ask again.'
  });
