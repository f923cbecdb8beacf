/** What an admin can write, and what is refused before anything is sent. */
import { readControllerSettings } from '../readControllerSettings';

const storage = {
  name: 'ontap-1',
  address: 'https://ontap-1.example',
  caFile: '/ca.crt',
  auth: { kind: 'bearer', tokenFile: '/token' }
};

const read = (ingest: object | undefined): ReturnType<typeof readControllerSettings> =>
  readControllerSettings(JSON.stringify({ image: 'i', ingest }));

it('is off unless it is set, and looks at mirrors alone unless more is set', () => {
  expect(read(undefined)).toMatchObject({ ok: true, value: { ingest: null } });
  expect(read({ certificateDir: '/tls', storages: [storage] })).toMatchObject({
    ok: true,
    value: {
      ingest: {
        port: 8443,
        pollSeconds: 30,
        history: { keep: true, everySeconds: 300 },
        storages: [{ actions: false }]
      }
    }
  });
});

it.each([
  ['plain HTTP', { address: 'http://ontap-1.example' }, 'storages.0.address: is no address: write https://…'],
  ['credentials in the address', { address: 'https://admin:x@ontap-1.example' }, 'storages.0.address'],
  ['no authority', { caFile: '' }, 'storages.0.caFile'],
  ['a secret in the settings', { auth: { kind: 'basic', username: 'a', password: 'b' } }, 'storages.0.auth'],
  ['a name that a label can’t hold', { name: 'ONTAP "1"' }, 'storages.0.name']
])('refuses %s', (_, change, words) => {
  const result = read({ certificateDir: '/tls', storages: [{ ...storage, ...change }] });

  expect(result).toMatchObject({ ok: false, message: expect.stringContaining(words) });
});

it('refuses two storages of one name', () => {
  expect(read({ certificateDir: '/tls', storages: [storage, storage] })).toMatchObject({ ok: false });
});
