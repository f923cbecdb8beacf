import { stateOfOntap, stateOfTrident } from './mirrorStates';
import { updateRefusal } from './updateRefusal';

test('words of Trident are read whatever their case', () => {
  expect(stateOfTrident('Established')).toBe('mirrored');
  expect(stateOfTrident('reestablished')).toBe('mirrored');
  expect(stateOfTrident('promoting')).toBe('promoting');
});

test('words of ONTAP are read', () => {
  expect(stateOfOntap('broken_off')).toBe('broken-off');
  expect(stateOfOntap('snapmirrored')).toBe('mirrored');
  expect(stateOfOntap('out_of_sync')).toBe('out-of-sync');
});

test.each([null, '', ' '])('without a word (%p) nothing is reconciled', word => {
  expect(stateOfTrident(word)).toBe('not-reconciled');
  expect(stateOfOntap(word)).toBe('not-reconciled');
});

test.each(['quiesced', 'constructor', 'mirrored'])('a word that is new (%s) stays unknown', word => {
  expect(stateOfTrident(word)).toBe('unknown');
  expect(stateOfOntap(word)).toBe('unknown');
});

test('a mirror that is broken off can’t be updated, a mirrored one can, and one in a new state may be tried', () => {
  expect(updateRefusal('broken-off')).toMatchObject({
    available: false,
    reason: expect.stringContaining('broken off') as unknown
  });
  expect(updateRefusal('mirrored')).toBeNull();
  expect(updateRefusal('uninitialized')).toBeNull();
  expect(updateRefusal('unknown')).toBeNull();
});
