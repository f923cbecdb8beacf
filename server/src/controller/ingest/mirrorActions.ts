/** What people ask of a mirror through the controller. Each looks at the mirror and at the right anew before it does anything. */
import { mayHaveHappened, problemOf } from './problemOf';
import { ProblemError } from '../../problemError';
import type { ConfirmTold, ToldMirror } from '../../ingest/controllerWire';
import { OntapError } from '../../ingest/ontap/ontapError';
import { isInFlight, type OntapRelationship } from '../../ingest/ontap/ontapResources';
import type { Log } from '../../log';
import { UNNAMED } from './askedUpdates';
import type { Caller } from './callers';
import type { CallerMirrors, FoundMirror } from './callerMirrors';
import type { IngestMetrics } from './ingestMetrics';
import type { MirrorAccess } from './mirrorAccess';
import { capabilitiesOf, type MirrorVerb } from './mirrorCapabilities';

/** Longest time of one action, ms: servers wait for ten seconds. */
const ACTION_MS = 9_000;

export interface MirrorActionsOptions {
  readonly mirrors: CallerMirrors;
  readonly access: MirrorAccess;
  /** Names of storages whose mirrors may be changed. */
  readonly actions: ReadonlySet<string>;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  readonly clock: () => Date;
}

export class MirrorActions {
  readonly #options: MirrorActionsOptions;

  constructor(options: MirrorActionsOptions) {
    this.#options = options;
  }

  /** Begins a transfer; one that runs already, and what a key began before, is told as it is. Throws ProblemError. */
  update(caller: Caller, uuid: string, key: string | null): Promise<ToldMirror> {
    return this.#act(caller, uuid, 'update', async (found, now, signal) => {
      const { storage } = found;
      if (key !== null && (await storage.updates.isAnswered(uuid, key, signal))) {
        return;
      }
      if (!isInFlight(now)) {
        try {
          await storage.client.startTransfer(uuid, signal);
        } catch (error) {
          await this.#unlessRunning(found, error, key, signal);
          return;
        }
      }
      await this.#noteUpdate(found, now, { alreadyRunning: isInFlight(now), key }, signal);
    });
  }

  /** Aborts the transfer that was asked for. Throws ProblemError. */
  cancel(caller: Caller, uuid: string): Promise<ToldMirror> {
    return this.#act(caller, uuid, 'update', async ({ storage }, now, signal) => {
      const asked = storage.updates.get(uuid);
      const transfer = now.transfer?.uuid;
      if (asked === null || asked.ended !== null || !isInFlight(now) || !transfer || transfer !== asked.id) {
        throw new ProblemError('not-cancellable', {
          detail: 'The transfer that was asked for does not run any more.',
          next: 'Look at the mirror again.'
        });
      }
      await storage.client.abortTransfer(uuid, transfer, signal);
    });
  }

  /** Breaks the mirror: its destination becomes writable and replication stops. Throws ProblemError. */
  promote(caller: Caller, uuid: string, confirm: ConfirmTold): Promise<ToldMirror> {
    return this.#act(caller, uuid, 'promote', async ({ storage }, now, signal) => {
      mustBeAsSeen(now, confirm);
      await storage.client.setState(uuid, 'broken_off', signal);
    });
  }

  /** Replicates again; what was written to the destination since is lost. Throws ProblemError. */
  resync(caller: Caller, uuid: string, confirm: ConfirmTold): Promise<ToldMirror> {
    return this.#act(caller, uuid, 'resync', async ({ storage }, now, signal) => {
      mustBeAsSeen(now, confirm);
      const isSync = (now.policy?.type ?? '').includes('sync') && now.policy?.type !== 'async';
      await storage.client.setState(uuid, isSync ? 'in_sync' : 'snapmirrored', signal);
    });
  }

  async #act(
    caller: Caller,
    uuid: string,
    verb: MirrorVerb,
    work: (found: FoundMirror, now: OntapRelationship, signal: AbortSignal) => Promise<void>
  ): Promise<ToldMirror> {
    const { mirrors, metrics, log } = this.#options;
    const found = await mirrors.find(caller, uuid);
    if (found === null) {
      throw noSuchMirror();
    }
    const { storage, claim } = found;
    const signal = AbortSignal.timeout(ACTION_MS);
    const who = { storage: storage.name, mirror: uuid, claim, verb, namespace: caller.namespace, pod: caller.pod.name };
    let sent = false;
    try {
      const now = await storage.askAgain(uuid, signal);
      if (now === null) {
        throw noSuchMirror();
      }
      await this.#mayDo(caller, found, now, verb);
      sent = true;
      await work(found, now, signal);
      metrics.acted(verb, 'done');
      log.info(who, 'a mirror was changed as asked');
    } catch (error) {
      metrics.acted(verb, 'failed');
      log.info({ ...who, err: error }, 'a mirror was not changed as asked');
      throw problemOf(error, storage.name, sent);
    }
    await this.#look(found, signal);
    const told = await mirrors.tell(caller, found);
    if (told === null) {
      throw noSuchMirror();
    }
    return told;
  }

  /** After something was done: that this can’t be seen is no failure of what was done. */
  async #look(
    { storage, uuid }: Pick<FoundMirror, 'storage' | 'uuid'>,
    signal: AbortSignal
  ): Promise<OntapRelationship | null> {
    try {
      return await storage.askAgain(uuid, signal);
    } catch (error) {
      this.#options.log.warn(
        { storage: storage.name, mirror: uuid, err: error },
        'a changed mirror can’t be looked at'
      );
      return null;
    }
  }

  /** The right is asked for anew, not taken from what was known. */
  async #mayDo(
    caller: Caller,
    { storage, claim }: FoundMirror,
    now: OntapRelationship,
    verb: MirrorVerb
  ): Promise<void> {
    const { access, actions } = this.#options;
    const rights = await access.rights(caller, claim, { anew: true });
    const can = capabilitiesOf({ relationship: now, actions: actions.has(storage.name), rights })[verb];
    if (!can.available) {
      const slug = rights[verb] ? 'not-supported' : 'forbidden';
      throw new ProblemError(slug, { detail: can.reason, next: can.fix, object: now.destination?.path ?? null });
    }
  }

  /** ONTAP refuses a second transfer; where one runs now, it is the one that was wanted, or was begun without an answer. */
  async #unlessRunning(found: FoundMirror, error: unknown, key: string | null, signal: AbortSignal): Promise<void> {
    const now = error instanceof OntapError ? await found.storage.askAgain(found.uuid, signal) : null;
    if (now === null || !isInFlight(now)) {
      throw error;
    }
    const alreadyRunning = !(error instanceof OntapError && mayHaveHappened(error));
    await this.#noteUpdate(found, now, { alreadyRunning, key }, signal);
  }

  async #noteUpdate(
    { storage, uuid }: FoundMirror,
    before: OntapRelationship,
    { alreadyRunning, key }: { readonly alreadyRunning: boolean; readonly key: string | null },
    signal: AbortSignal
  ): Promise<void> {
    const askedAt = this.#options.clock();
    const present = storage.updates.get(uuid);
    const now = alreadyRunning ? before : await this.#look({ storage, uuid }, signal);
    const id = now?.transfer?.uuid ?? `${UNNAMED}${askedAt.getTime()}`;
    if (alreadyRunning && present?.ended === null && present.id === id) {
      await storage.updates.answered(uuid, present, key, signal);
      return;
    }
    const endBefore = before.transfer?.end_time ?? null;
    const asked = { id, askedAt, alreadyRunning, endBefore, isFromStore: false, ended: null };
    await storage.updates.asked(uuid, asked, key, signal);
  }
}

function mustBeAsSeen({ state, destination }: OntapRelationship, confirm: ConfirmTold): void {
  if ((state ?? null) !== confirm.state) {
    throw new ProblemError('object-changed', {
      detail: `The mirror is “${state ?? 'not told'}” by now, not “${confirm.state ?? 'not told'}”.`,
      next: 'Look at it again, then decide.',
      object: destination?.path ?? null
    });
  }
}

const noSuchMirror = (): ProblemError =>
  new ProblemError('mirror-not-found', {
    detail: 'There is no such mirror into a volume of this server.',
    next: 'Look at the list again.'
  });
