/**
 * A server whose home is being restored: its start waits, or ends with words that a person understands. Its restores
 * stand still at one point, as no controller works on them.
 */
import { bed } from '../../../testbed/support/bed';
import { scaleController } from '../../../testbed/support/deployedController';
import { TestCluster } from '../../../testbed/support/testCluster';
import { apply, kubectl, listed } from '../cluster';
import { environment } from '../environment';
import { expect, test, untilLab } from '../fixtures';
import { hub } from '../hub';
import { until } from '../until';

let cluster: TestCluster;

test.beforeAll(async () => {
  cluster = await TestCluster.open();
  if (bed !== undefined) {
    await scaleController(cluster, 0);
  }
});

test.afterAll(async () => {
  await kubectl('delete', 'volumerestores', '--all');
  if (bed !== undefined) {
    await scaleController(cluster, 1);
  }
  cluster.close();
});

/** A restore of the user’s home, as a controller would write it that stops at this point. */
async function restoring(user: string, status: Record<string, string>): Promise<void> {
  const metadata = { name: `claim-${user}.r` };
  const spec = { claimName: `claim-${user}`, snapshotName: `claim-${user}.one` };
  await apply(JSON.stringify({ apiVersion: 'datamark.github.io/v1alpha1', kind: 'VolumeRestore', metadata, spec }));
  await set(user, status);
}

const set = (user: string, status: Record<string, string>): Promise<string> =>
  kubectl(
    'patch',
    'vres',
    `claim-${user}.r`,
    '--subresource=status',
    '--type=merge',
    `-p=${JSON.stringify({ status })}`
  );

/** Asks the hub to start the server; gives its answer. */
const start = (user: string): Promise<Response> =>
  fetch(`${environment.url}/hub/api/users/${user}/server`, {
    method: 'POST',
    headers: { Authorization: `token ${environment.token}` },
    signal: AbortSignal.timeout(60_000)
  });

test.beforeEach(async ({ user }) => {
  // The hub makes the home when it starts the server first.
  await hub.start(user);
  await hub.stopAll(user);
});

test('while files are written the start is refused in plain words, and works after that', async ({ user, page }) => {
  const message = `Your volume claim-${user} is being restored. That can take some minutes. Start the server again after that.`;
  await restoring(user, { phase: 'Restoring', strategy: 'copy', message: '20 of 900 files are copied.' });
  const refused = await start(user);
  expect([refused.status, await refused.json()]).toEqual([
    409,
    { status: 409, message: `${message} 20 of 900 files are copied.` }
  ]);

  await page.goto(`${environment.url}/hub/login?next=${encodeURIComponent('/hub/home')}`);
  await page.locator('input[name=username]').fill(user);
  await page.locator('input[name=password]').fill(environment.password);
  await page.locator('#login_submit').click();
  await page.waitForURL(/\/hub\/home$/);
  const answer = await page.goto(`${environment.url}/hub/spawn/${user}`);
  expect(answer?.status()).toBe(409);
  await expect(page.locator('body')).toContainText(message);

  await set(user, { phase: 'Succeeded' });
  await page.goto(`${environment.url}/hub/spawn/${user}`);
  await untilLab(page, user);
});

test('a start during a swap waits for it, and then goes on by itself', async ({ user }) => {
  const gateClosedUntil = new Date(Date.now() + 3_600_000).toISOString();
  await restoring(user, { phase: 'Restoring', strategy: 'swap', gateClosedUntil });
  // The hub answers when it has waited for some seconds itself.
  expect((await start(user)).status).toBe(202);
  expect(await hub.isReady(user)).toBe(false);
  expect(await listed('pod', `jupyter-${user}`)).toEqual([]);
  await set(user, { phase: 'Succeeded' });
  await until(`server of ${user}`, () => hub.isReady(user));
});
