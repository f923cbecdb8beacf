import { HubSettings } from './hubSettings';

const messageFor = (url: string): string | undefined =>
  HubSettings.safeParse({ namespace: 'hub', url, tokenFile: '/token' }).error?.issues[0]?.message;

it.each([
  'https://hub.example.org',
  'https://hub.example.org:8443/jupyter/',
  'http://proxy-public.jupyterhub.svc',
  'http://hub.jupyterhub.svc:8081',
  'http://hub.jupyterhub.svc.cluster.local:8081/jupyter',
  'http://127.0.0.1:8000',
  'http://[::1]:8000'
])('takes %s', url => {
  expect(messageFor(url)).toBeUndefined();
});

it.each([
  ['http://hub.example.org', 'needs https'],
  ['http://proxy-public.jupyterhub.svc.example.org', 'needs https'],
  ['http://svc', 'needs https'],
  ['http://10.0.0.1', 'needs https'],
  ['https://ann:secret@hub.example.org', 'nothing else'],
  ['https://hub.example.org/?next=/', 'nothing else'],
  ['https://hub.example.org/hub', 'ends before /hub'],
  ['https://hub.example.org/hub/', 'ends before /hub'],
  ['ftp://hub.example.org', 'is no address'],
  ['hub.example.org', 'is no address']
])('refuses %s', (url, words) => {
  expect(messageFor(url)).toContain(words);
});
