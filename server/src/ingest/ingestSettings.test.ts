import { IngestSettings } from './ingestSettings';

const controller = { url: 'https://datamark-controller.hub.svc:8443', caFile: '/ca.crt', tokenFile: '/token' };

test('an address, and ages in seconds', () => {
  expect(IngestSettings.parse({ controller, maxAge: { sales: '1h', other: 'PT90S' } })).toEqual({
    controller,
    maxAge: { sales: 3600, other: 90 },
    unusable: null
  });
});

test.each([[undefined], [{}]])('%j sets nothing', value => {
  expect(IngestSettings.parse(value)).toEqual({ controller: null, maxAge: {}, unusable: null });
});

test.each([
  ['plain HTTP', { controller: { ...controller, url: 'http://a:1' } }, 'controller.url'],
  ['a path', { controller: { ...controller, url: 'https://a:1/x' } }, 'controller.url'],
  ['credentials', { controller: { ...controller, url: 'https://u:secret@a:1' } }, 'controller.url'],
  ['no authority', { controller: { url: controller.url, tokenFile: '/token' } }, 'controller.caFile'],
  ['an age that is none', { maxAge: { sales: 'soon' } }, 'maxAge.sales'],
  ['an age of zero', { maxAge: { sales: '0h' } }, 'maxAge.sales'],
  ['something else', 'yes', 'all']
])('%s is said by its place alone, and throws nothing', (_, value, place) => {
  const { unusable, ...rest } = IngestSettings.parse(value);
  expect(unusable).toBe(`The settings for ingest are wrong: ${place}.`);
  expect(rest).toEqual({ controller: null, maxAge: {} });
});
