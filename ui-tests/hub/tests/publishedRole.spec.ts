/**
 * The role of the guide to NetApp's toolkit: get and list of claims, get, list and create of snapshots, no watch. It is the
 * weakest under which Datamark works: what changes is found by looking again, while somebody looks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { bed } from '../../../testbed/support/bed';
import { auditOf } from '../auditLog';
import { apply, listed } from '../cluster';
import { follow } from '../eventStream';
import { expect, logInTo, test } from '../fixtures';
import { hub } from '../hub';

const ROLE = 'published-role';
/** Longer than the longest pause between two looks. */
const A_WHILE = 40_000;

/** What an admin makes with kubectl. */
const snapshotOf = (claim: string, name: string): string => `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: ${name} }
spec: { source: { persistentVolumeClaimName: ${claim} } }
`;

test('one click makes a snapshot, and looking again finds it ready, and what others made', async ({ user, page }) => {
  const claim = `claim-${user}`;
  await hub.start(user, ROLE);
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await datamark.makeSnapshot('by one click');
  const [made] = await listed('volumesnapshot', `${claim}.`);
  expect(made).toMatchObject({
    metadata: { annotations: { 'datamark.github.io/title': 'by one click', 'datamark.github.io/created-by': user } },
    status: { readyToUse: true }
  });

  await apply(snapshotOf(claim, `${claim}-by-kubectl`));
  await expect(datamark.readySnapshots.filter({ hasText: `${claim}-by-kubectl` })).toBeVisible({ timeout: A_WHILE });

  await datamark.panel.getByRole('button', { name: /see check report/ }).click();
  const notice = datamark.finding(/may not watch volumesnapshots/);
  await expect(notice).toContainText('Datamark looks every 2 to 30 seconds instead while the panel is visible');
  await expect(datamark.finding(/Make clones/)).toContainText('may not create persistentvolumeclaims');
});

test('a stream that tells what was found by looking does not count as activity', async ({ user }) => {
  const claim = `claim-${user}`;
  await hub.start(user, ROLE);
  const stream = await follow(user);
  await expect.poll(stream.heard).toContain('event: hello');
  const before = await hub.lastProxied(user);
  expect(before).not.toBeNull();

  await apply(snapshotOf(claim, `${claim}-by-kubectl`));
  await expect.poll(stream.heard, { timeout: A_WHILE }).toContain(`${claim}-by-kubectl`);

  expect(await hub.lastProxied(user)).toBe(before);
  await stream.leave();
});

test('a visible panel looks now and then, a hidden one never', async ({ user, page: lab }) => {
  test.skip(bed === undefined, 'Only the test bed tells what its API server is asked.');
  await hub.start(user, ROLE);
  const datamark = await logInTo(lab, user);
  await datamark.openPanel();
  await datamark.makeSnapshot('before the pause');

  const whileVisible = await auditOf(ROLE);
  await delay(A_WHILE);
  const asked = await whileVisible();
  // One look lists the volumes' snapshots once, 15 to 30 s after the one before.
  const looks = asked.filter(one => one.includes('/volumesnapshots?labelSelector=datamark.github.io%2Fvolume-id+in+'));
  expect(looks.length, asked.join('\n')).toBeGreaterThanOrEqual(1);
  expect(looks.length, asked.join('\n')).toBeLessThanOrEqual(4);
  expect(asked.filter(one => one.startsWith('watch '))).toEqual([]);

  await lab.locator('.jp-SideBar').getByRole('tab', { name: 'File Browser' }).click();
  await expect(datamark.panel).toBeHidden();
  // A look that was under way may still end.
  await expect(async () => {
    const lately = await auditOf(ROLE);
    await delay(1_000);
    expect(await lately()).toEqual([]);
  }).toPass({ timeout: 10_000 });
  const whileHidden = await auditOf(ROLE);
  await delay(A_WHILE);
  expect(await whileHidden()).toEqual([]);
});
