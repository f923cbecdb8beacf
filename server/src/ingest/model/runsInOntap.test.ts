import type { MirrorUpdate, RunningTransfer } from '../../../../contract';
import { sampleMirror, sampleTold } from '../testing/sampleMirrors';
import { runsInOntap } from './runsInOntap';

const update = (state: MirrorUpdate['state']): MirrorUpdate => ({
  id: 't1',
  state,
  askedAt: '2026-11-23T12:00:00.000Z',
  endedAt: null,
  alreadyRunning: false,
  cancel: { available: true },
  reasons: []
});
const transfer: RunningTransfer = {
  type: 'update',
  state: 'transferring',
  bytes: null,
  seconds: null,
  bytesPerSecond: null
};

test.each([
  ['nobody asked for it', null, sampleTold({ transfer }), false],
  ['it is over', update('succeeded'), sampleTold({ update: update('succeeded') }), false],
  ['Trident alone tells', update('running'), null, false],
  ['Trident has not begun it', update('queued'), sampleTold(), false],
  ['Trident has begun it', update('running'), sampleTold({ transfer }), true],
  ['ONTAP has not told its transfer yet', update('queued'), sampleTold({ update: update('queued') }), true],
  ['ONTAP runs it', update('running'), sampleTold({ update: update('running'), transfer }), true]
])('%s', (_, asked, told, expected) => {
  expect(runsInOntap({ mirror: sampleMirror({ update: asked }), told })).toBe(expected);
});
