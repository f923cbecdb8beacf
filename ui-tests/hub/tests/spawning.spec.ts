/** Datamark never delays or breaks the start of a server; what it lacks itself, the panel says. */
import { expect, test, logInTo } from '../fixtures';
import { hub } from '../hub';
import { askServer, kernelAnswers } from '../userFiles';

/**
 * Starts per case, of which the fastest counts: what delays a start delays every one, and what else the machine is at delays
 * some of them. On a busy one it takes more of them until each case had its quiet moment.
 */
const STARTS = 4;
const STARTS_AT_MOST = 12;
/** What two cases may differ by without telling anything, in ms: KubeSpawner and the hub look once a second. */
const NOISE_MS = 1_500;

test('a server starts as fast as without Datamark, also without Node, rights or an API server', async ({ user }) => {
  test.setTimeout(900_000);
  const cases = ['without-extension', null, 'no-node', 'no-rights', 'unreachable'] as const;
  const times = new Map<string | null, number[]>(cases.map(scenario => [scenario, []]));
  // The first start makes the volume, and is none of ours.
  await hub.start(user);
  await hub.stopAll(user);
  const fastest = (scenario: string | null): number => Math.min(...(times.get(scenario) ?? []));
  const isAsFast = (scenario: string | null): boolean => fastest(scenario) < fastest('without-extension') + NOISE_MS;
  for (let turn = 0; turn < STARTS || (turn < STARTS_AT_MOST && !cases.every(isAsFast)); turn += 1) {
    for (const scenario of cases) {
      times.get(scenario)?.push(await hub.start(user, scenario));
      expect((await askServer(user, 'api/status')).status).toBe(200);
      await hub.stopAll(user);
    }
  }
  const told = JSON.stringify(Object.fromEntries([...times].map(([scenario, of]) => [scenario ?? 'with', of])));
  test.info().annotations.push({ type: 'ms until ready', description: told });
  expect(cases.filter(isAsFast), told).toEqual([...cases]);
});

test.describe('the panel explains', () => {
  test('that Node.js is missing', async ({ user, page }) => {
    await hub.start(user, 'no-node');
    const datamark = await logInTo(page, user);
    await datamark.tab.click();
    await expect(datamark.panel).toContainText('Node.js 22.19 or newer is needed');
    await expect(datamark.panel).toContainText('/nowhere/node');
    expect(await kernelAnswers(user)).toBe(true);
  });

  test('which rights are missing, and reads nothing as empty', async ({ user, page }) => {
    await hub.start(user, 'no-rights');
    const datamark = await logInTo(page, user);
    await datamark.tab.click();
    await expect(datamark.panel).toContainText(/may not (get|list|read)/);
    await expect(datamark.panel).not.toContainText('No snapshots of');
    await expect(datamark.panel).not.toContainText('malformed');
    expect(await kernelAnswers(user)).toBe(true);
  });

  test('that the API server does not answer, with the network policy as a cause to look at', async ({ user, page }) => {
    await hub.start(user, 'unreachable');
    const datamark = await logInTo(page, user);
    await datamark.tab.click();
    await expect(datamark.panel).toContainText('The Kubernetes API can’t be reached', { timeout: 60_000 });
    await expect(datamark.panel).toContainText(/network policy/i);
    await expect(datamark.panel).not.toContainText('No snapshots of');
    expect(await kernelAnswers(user)).toBe(true);
  });
});
