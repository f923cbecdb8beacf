/** What is asked of a mirror, passed on to the source that can do it; the mirror as it is then told is the answer. */
import type { z } from 'zod';
import type { Capability, ConfirmMirror, Mirror } from '../../../contract';
import { operationKey } from '../http/operationKey';
import { ProblemError } from '../problemError';
import { AnswersByKey } from './answersByKey';
import type { JoinedMirror } from './model/joinMirrors';
import type { MirrorSources } from './mirrorSources';
import type { MirrorSourceTrident } from './trident/mirrorSourceTrident';

export class MirrorActions {
  readonly #sources: MirrorSources;
  /** Updates through the controller: one that can’t store keys knows none after its restart. */
  readonly #asked = new AnswersByKey<unknown>();

  constructor(sources: MirrorSources) {
    this.#sources = sources;
  }

  async update({ mirror, told, updateBy }: JoinedMirror, idempotencyKey: string | null): Promise<Mirror> {
    const key = operationKey(idempotencyKey);
    if (updateBy === 'trident') {
      return this.#now(await (await this.#trident()).update(mirror.id, { operationKey: key }));
    }
    const begin = async (): Promise<unknown> => {
      assertCan(mirror, mirror.can.update);
      if (told === null) {
        throw gone(mirror);
      }
      return this.#controller().update(told.uuid, key);
    };
    await this.#asked.once(key === null ? null : `${mirror.uid} ${key}`, begin);
    return this.#now(mirror);
  }

  async cancel({ mirror, trident, told }: JoinedMirror): Promise<Mirror> {
    const { update } = mirror;
    if (update === null) {
      throw new ProblemError('not-cancellable', {
        detail: `No update of ${mirror.volumeName} that was asked for here is known.`,
        next: 'Look at the mirror again.',
        object: mirror.id
      });
    }
    if (!update.cancel.available) {
      const { reason, fix } = update.cancel;
      throw new ProblemError('not-cancellable', { detail: reason, next: fix, object: mirror.id });
    }
    if (trident?.mirror.update?.id === update.id) {
      return this.#now(await (await this.#trident()).cancel(mirror.id));
    }
    if (told === null) {
      throw gone(mirror);
    }
    await this.#controller().cancel(told.uuid);
    return this.#now(mirror);
  }

  promote(joined: JoinedMirror, seen: z.infer<typeof ConfirmMirror>): Promise<Mirror> {
    return this.#confirmed('promote', joined, seen);
  }

  resync(joined: JoinedMirror, seen: z.infer<typeof ConfirmMirror>): Promise<Mirror> {
    return this.#confirmed('resync', joined, seen);
  }

  /** Whatever Trident knows goes through Trident: else its object would go on wanting the opposite. */
  async #confirmed(
    what: 'promote' | 'resync',
    { mirror, trident, told }: JoinedMirror,
    seen: z.infer<typeof ConfirmMirror>
  ): Promise<Mirror> {
    assertSeen(mirror, seen);
    assertCan(mirror, mirror.can[what]);
    if (trident !== null) {
      const { id, uid, stateAsTold } = trident.mirror;
      return this.#now(await (await this.#trident())[what]({ id, uid, stateAsTold }));
    }
    if (told === null) {
      throw gone(mirror);
    }
    await this.#controller()[what](told.uuid, { state: told.state });
    return this.#now(mirror);
  }

  async #trident(): Promise<MirrorSourceTrident> {
    const trident = await this.#sources.trident();
    if (trident === null) {
      throw notHere('Trident’s objects');
    }
    return trident;
  }

  #controller(): NonNullable<MirrorSources['controller']> {
    const { controller } = this.#sources;
    if (controller === null) {
      throw notHere('The controller that asks ONTAP');
    }
    return controller;
  }

  /** As both sources tell it now; as it was, where it has gone meanwhile. */
  #now(mirror: Mirror): Mirror {
    return this.#sources.publish().joined.find(one => one.mirror.id === mirror.id)?.mirror ?? mirror;
  }
}

function assertSeen(mirror: Mirror, { uid, state, confirm }: z.infer<typeof ConfirmMirror>): void {
  if (mirror.uid !== uid || mirror.state !== state) {
    throw new ProblemError('object-changed', {
      detail:
        mirror.uid === uid
          ? `The mirror of ${mirror.volumeName} is ${mirror.state} by now, and was ${state} when it was looked at.`
          : `The mirror of ${mirror.volumeName} is another one than the one that was looked at.`,
      next: 'Look at the mirror again.',
      object: mirror.id
    });
  }
  if (confirm !== mirror.volumeName) {
    const message = `Type ${mirror.volumeName} to confirm.`;
    throw new ProblemError('invalid-request', {
      detail: 'The name that was typed is not that of the volume.',
      next: message,
      object: mirror.id,
      fields: [{ path: 'body.confirm', message }]
    });
  }
}

function assertCan({ id }: Mirror, can: Capability): void {
  if (!can.available) {
    throw new ProblemError('not-supported', { detail: can.reason, next: can.fix, object: id });
  }
}

const gone = ({ id, volumeName }: Mirror): ProblemError =>
  new ProblemError('mirror-not-found', {
    detail: `Nobody tells of the mirror of ${volumeName} any more.`,
    next: 'It may have been deleted. List the mirrors.',
    object: id
  });

const notHere = (what: string): ProblemError =>
  new ProblemError('not-supported', { detail: `${what} can’t be asked here.`, next: 'List the mirrors again.' });
