/** Mirrors for tests: complete and valid, with what a test cares about put in. */
import type { Mirror } from '../../../../contract';
import type { ToldMirror } from '../controllerWire';
import type { z } from 'zod';
import type { ToldMirrors } from '../controllerWire';

const YES = { available: true } as const;
export const UUID = '11111111-2222-3333-4444-555555555555';

export const sampleTold = (parts: Partial<ToldMirror> = {}): ToldMirror => ({
  uuid: UUID,
  claim: 'home-0a1b2c3d',
  from: 'prod:sales',
  to: 'lab:sales',
  state: 'snapmirrored',
  health: { state: 'healthy' },
  data: { known: true, asOf: '2026-11-23T11:48:00.000Z', snapshot: 'snapmirror.1' },
  policy: null,
  schedule: null,
  lastTransfer: null,
  transfer: null,
  update: null,
  seen: null,
  can: { update: YES, promote: YES, resync: YES },
  asOf: '2026-11-23T12:00:00.000Z',
  ...parts
});

export const sampleAnswer = (
  items: readonly ToldMirror[] = [sampleTold()],
  parts: Partial<z.infer<typeof ToldMirrors>> = {}
): z.infer<typeof ToldMirrors> => ({
  items: [...items],
  asOf: '2026-11-23T12:00:00.000Z',
  problem: null,
  now: '2026-11-23T12:00:00.000Z',
  ...parts
});

/** As Trident tells it. */
export const sampleMirror = (parts: Partial<Mirror> = {}): Mirror => ({
  kind: 'mirror',
  id: 'sales',
  uid: 'mirror-uid',
  volume: 'home-0a1b2c3d',
  volumeName: 'home',
  from: 'prod:sales',
  to: 'lab:sales',
  state: 'mirrored',
  stateAsTold: 'established',
  toldBy: 'trident',
  toldAt: '2026-11-23T08:00:00.000Z',
  hint: null,
  health: { state: 'unknown', reason: 'Trident does not tell it.' },
  data: { known: false, reason: 'Trident does not tell it.', snapshot: null },
  policy: null,
  schedule: null,
  lastTransfer: null,
  transfer: null,
  update: null,
  seen: null,
  guard: null,
  can: { update: YES, promote: YES, resync: YES },
  ...parts
});
