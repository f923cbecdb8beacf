import { passesFilter } from './recordFilter';

const RECORD = {
  state: 'snapmirrored',
  healthy: false,
  lag_time: 'P2DT3H',
  throttle: 100,
  end: '2026-11-23T10:15:00+00:00',
  destination: { path: 'dst:sales_copy' },
  unhealthy_reason: [{ code: '6621444' }, { code: '6621445' }]
};

it.each([
  ['state', 'snapmirrored', true],
  ['state', 'snap', false],
  ['state', 'paused|snapmirrored', true],
  ['state', '!snapmirrored', false],
  ['state', '!paused|broken_off', true],
  ['state', '"snapmirrored"', true],
  ['healthy', 'false', true],
  ['lag_time', '>PT10H', true],
  ['lag_time', '>P2DT', true],
  ['lag_time', '<P2DT', false],
  ['lag_time', '<=P2DT3H', true],
  ['lag_time', 'PT1H..P3D', true],
  ['throttle', '>9', true],
  ['throttle', '<=99', false],
  ['end', '>2026-11-23T10:00:00Z', true],
  ['end', '<2026-11-23T11:00:00+02:00', false],
  ['destination.path', 'dst:*', true],
  ['destination.path', '*:sales.copy', false],
  ['unhealthy_reason.code', '6621445', true],
  ['exported_snapshot', 'null', true],
  ['exported_snapshot', '!null', false],
  ['exported_snapshot', '*', false]
])('%s=%s is %s', (path, wanted, passes) => {
  expect(passesFilter(RECORD, path, wanted)).toBe(passes);
});
