/** What DATAMARK_CONFIG may hold, and what is said of what it may not. */
import { readConfiguration } from './configuration';

const read = (document: unknown): unknown => {
  const result = readConfiguration(JSON.stringify(document));
  return result.ok ? result.value : result.message;
};

it('is about directories unless it says otherwise', () => {
  expect(read({ volumes: [{ path: '/home/me' }] })).toMatchObject({ provider: 'local', exclude: [], logLevel: 'info' });
});

it('is about the claims of a pod with nothing but that said', () => {
  expect(read({ provider: 'kubernetes', kubernetes: {} })).toMatchObject({
    provider: 'kubernetes',
    user: null,
    kubernetes: { volumes: null, jupyterHub: null, podName: null, allowSharedSnapshots: false }
  });
});

it.each([
  [{ provider: 'cloud', volumes: [{ path: '/x' }] }, 'DATAMARK_CONFIG is wrong: provider: '],
  [{ provider: 'local' }, 'DATAMARK_CONFIG is wrong: volumes: '],
  [{ provider: 'kubernetes' }, 'DATAMARK_CONFIG is wrong: kubernetes: '],
  [
    { provider: 'kubernetes', kubernetes: { jupyterHub: {} } },
    'DATAMARK_CONFIG is wrong: kubernetes.jupyterHub.user: '
  ],
  [[], 'DATAMARK_CONFIG is wrong: document: ']
])('%j is refused by name', (document, message) => {
  expect(read(document)).toContain(message);
});

it.each([undefined, '', ' '])('%j is told to be missing', text => {
  expect(readConfiguration(text)).toMatchObject({
    ok: false,
    message: expect.stringContaining('is not set') as string
  });
});
