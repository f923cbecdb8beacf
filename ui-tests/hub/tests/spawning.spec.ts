/** Datamark never delays or breaks the start of a server; what it lacks itself, the panel says. */
import { expect, test, logInTo } from '../fixtures';
import { hub } from '../hub';
import { askServer, kernelAnswers } from '../userFiles';

/** Starts per case: enough that a delay of a second shows over the noise of one start. */
const STARTS = 3;
/** What two cases may differ by at least without telling anything, in ms: KubeSpawner and the hub look once a second. */
const NOISE_MS = 1_500;

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

test('a server starts as fast as without Datamark, also without Node, rights or an API server', async ({ user }) => {
  test.setTimeout(900_000);
  const cases = ['without-extension', null, 'no-node', 'no-rights', 'unreachable'] as const;
  const times = new Map<string | null, number[]>(cases.map(scenario => [scenario, []]));
  // The first start makes the volume, and is none of ours.
  await hub.start(user);
  await hub.stopAll(user);
  for (let turn = 0; turn < STARTS; turn += 1) {
    for (const scenario of cases) {
      times.get(scenario)?.push(await hub.start(user, scenario));
      expect((await askServer(user, 'api/status')).status).toBe(200);
      await hub.stopAll(user);
    }
  }
  const middles = Object.fromEntries([...times].map(([scenario, of]) => [scenario ?? 'with', Math.round(middle(of))]));
  test.info().annotations.push({ type: 'ms until ready', description: JSON.stringify(middles) });
  // The starts without the extension tell how much they differ by themselves on this machine.
  const plain = times.get('without-extension') ?? [];
  const noise = Math.max(NOISE_MS, Math.max(...plain) - Math.min(...plain));
  for (const [scenario, ms] of Object.entries(middles)) {
    expect(ms, `${scenario}: ${JSON.stringify(middles)}`).toBeLessThan(middle(plain) + noise);
  }
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
