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

it.each(['canary-5ecret', '{"lineage": {"password": "canary-5ecret", x}}', '["canary-5ecret" "b"]'])(
  '%s is told to be no JSON, and none of it',
  text => {
    const result = readConfiguration(text);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('is not JSON') as string });
    expect(JSON.stringify(result)).not.toContain('canary');
  }
);

it('serves snapshots also where what is set for MLflow is wrong, and tells no value of it', () => {
  const auth = { kind: 'basic', username: 'ann', password: 'canary-5ecret' };
  const mlflow = { trackingUri: 'http://canary-5ecret:5000/?a=b', auth: { ...auth, kind: 'canary-5ecret' } };
  const wrong = read({ volumes: [{ path: '/home/me' }], lineage: { mlflow, cluster: 'prod' } });
  expect(wrong).toMatchObject({
    lineage: { mlflow: null, cluster: 'prod', unusable: 'The settings for MLflow are wrong: trackingUri, auth.kind.' }
  });
  expect(JSON.stringify(wrong)).not.toContain('canary');
  const right = read({
    volumes: [{ path: '/home/me' }],
    lineage: { mlflow: { trackingUri: 'http://host/path', auth } }
  });
  expect(right).toMatchObject({ lineage: { mlflow: { trackingUri: 'http://host/path', auth }, unusable: null } });
});
