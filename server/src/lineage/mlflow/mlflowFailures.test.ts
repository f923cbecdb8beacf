import { failureOf } from './mlflowFailures';

const SERVER = 'https://mlflow.team.svc:5000';
const told = (code: string, message = ''): string => JSON.stringify({ error_code: code, message });

test.each([
  [
    403,
    'Invalid Host header - possible DNS rebinding attack detected',
    'host-refused',
    '--allowed-hosts "mlflow.team.svc:5000"'
  ],
  [403, told('PERMISSION_DENIED', 'not yours'), 'forbidden', 'not yours'],
  [403, 'Forbidden by the proxy', 'forbidden', 'does not allow this'],
  [401, 'You are not authenticated.', 'unauthenticated', 'or these have expired'],
  [404, told('RESOURCE_DOES_NOT_EXIST', 'Run a not found'), 'not-found', 'Run a not found'],
  [404, '<html>', 'no-such-call', 'lacks a path'],
  [400, told('INVALID_PARAMETER_VALUE', 'Tag value too long'), 'invalid', 'Tag value too long'],
  [429, told('REQUEST_LIMIT_EXCEEDED'), 'rate-limited', 'no more requests'],
  [503, told('TEMPORARILY_UNAVAILABLE'), 'unavailable', 'not available'],
  [504, '', 'unavailable', 'not available'],
  [500, told('INTERNAL_ERROR', 'Workspace APIs are not available'), 'settings', 'MLFLOW_WORKSPACE'],
  [500, told('INTERNAL_ERROR', 'a bug'), 'unexpected-answer', 'a bug'],
  [302, '', 'unexpected-answer', 'status 302']
])('%d with %j is %s', (status, body, failure, words) => {
  const error = failureOf(SERVER, status, {}, body);
  expect(error).toMatchObject({ failure, message: expect.stringContaining(words) as unknown });
});

test('who is not known is not told the words of the server, which may repeat what was sent', () => {
  expect(failureOf(SERVER, 401, {}, told('UNAUTHENTICATED', 'token abc')).message).not.toContain('abc');
});

test('how long to wait is read', () => {
  expect(failureOf(SERVER, 429, { 'retry-after': '7' }, '').retryAfterMs).toBe(7000);
});
