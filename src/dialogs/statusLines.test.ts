/** What the status report says of automatic snapshots. */
import type { AutomaticStatus } from '../../contract';
import { language, ONLINE } from '../testing/fakePage';
import { statusReport } from './statusLines';

const saying = (automatic?: AutomaticStatus): string | undefined => {
  if (ONLINE.state !== 'online') {
    throw new Error('The sample connection is not online.');
  }
  const status = { ...ONLINE.status, ...(automatic === undefined ? {} : { automatic }) };
  const { facts } = statusReport({ ...ONLINE, status }, language);
  return facts.find(([name]) => name === 'Automatic snapshots')?.[1];
};

it('tells the setting of the server, and when files are looked at next', () => {
  const off = { mode: 'off', hours: null, keep: 10, nextAt: null } as const;
  expect(saying(off)).toBe('Off (a setting of the Jupyter server)');
  expect(saying({ ...off, mode: 'start' })).toBe('At server start · the last 10 are kept');
  expect(saying({ mode: 'every', hours: 6, keep: 3, nextAt: '2026-11-19T20:08:00Z' })).toMatch(
    /^Every 6 hours while files change · the last 3 are kept · next look .*20:08/
  );
  expect(saying({ ...off, mode: 'every', hours: 1 })).toMatch(/^Every 1 hour while/);
});

it('says nothing of them where the server makes none by itself', () => {
  expect(saying()).toBeUndefined();
});
