/**
 * A user of an old hub: KubeSpawner 6 named claims otherwise (`escape`), and 7 remembers such a claim for ever. The policy
 * that tells claims by the pod's name refuses it; the one with a table is made for it.
 */
import { apply, deleteAll, kubectl, listed } from '../cluster';
import { expect, logInTo, test as base, untilLab } from '../fixtures';
import { hub } from '../hub';
import { contents, putFile } from '../userFiles';

/** As KubeSpawner 6 wrote names: what is no letter and no digit as a dash and its hexadecimal code. */
const escaped = (user: string): string => user.replaceAll(/[^a-z0-9]/g, sign => `-${sign.charCodeAt(0).toString(16)}`);

/** The claim that an old hub left. */
const oldClaim = (user: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: claim-${escaped(user)}
  annotations: { hub.jupyter.org/username: ${user} }
  labels:
    app: jupyterhub
    component: singleuser-storage
    heritage: jupyterhub
    hub.jupyter.org/username: ${escaped(user)}
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Gi } }
`;

/** Name of the user's pod, which has a hash in it that nobody should compute. */
async function podOf(user: string): Promise<string> {
  const [pod] = (await listed('pod', 'jupyter-')).filter(
    ({ metadata }) => metadata.annotations?.['hub.jupyter.org/username'] === user
  );
  return pod?.metadata.name ?? '';
}

const test = base.extend<{ oldHome: string }>({
  userPrefix: 'ann.lee-',
  /** The home volume of a user of the old hub. */
  oldHome: async ({ user }, use) => {
    const claim = `claim-${escaped(user)}`;
    await apply(oldClaim(user));
    try {
      await use(claim);
    } finally {
      await hub.stopAll(user);
      await deleteAll(claim);
    }
  }
});

test('a claim with the name that an old hub gave it: refused by the rule of names, whole with the table', async ({
  user,
  oldHome,
  page
}) => {
  await hub.start(user, 'of-an-old-hub');
  await putFile(user, 'result.txt', 'kept since the old hub\n');
  const pod = await podOf(user);

  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await datamark.askForSnapshot('refused');
  await datamark.toast('No snapshot').getByRole('button', { name: 'Details' }).click();
  await expect(page.getByRole('dialog')).toContainText('Policy datamark-own-snapshots of the cluster forbids it');
  await expect(page.getByRole('dialog')).toContainText(`pod ${pod} may snapshot only its own volume`);
  await page.keyboard.press('Escape');
  await datamark.execute('datamark:check');
  await expect(datamark.finding(/Isolation of owners/).first()).toContainText(
    'also refused a trial with your own volume'
  );
  expect(await listed('volumesnapshot', oldHome)).toEqual([]);
  await hub.stopAll(user);

  // What the head of isolation-by-table.yaml tells the admin to do. Old hubs wrote the label of a user otherwise, too.
  await kubectl(
    ...['patch', 'configmap', 'datamark-claims', '--type=merge', '--patch'],
    JSON.stringify({ data: { [pod]: oldHome, [`${pod}.owner`]: escaped(user) } })
  );
  await hub.start(user, 'by-table');
  await logInTo(page, user);
  await datamark.openPanel();
  await expect(datamark.volumes.getByRole('row').first()).toContainText('home');
  await datamark.makeSnapshot('of the old home');
  const [made] = await listed('volumesnapshot', `${oldHome}.`);
  expect(made).toMatchObject({
    metadata: { annotations: { 'datamark.github.io/created-by': user } },
    spec: { source: { persistentVolumeClaimName: oldHome } },
    status: { readyToUse: true }
  });

  await datamark.chooseFromMenu(datamark.snapshot('of the old home'), /^Clone/);
  const question = datamark.dialog(/^Clone /);
  await question.getByLabel('Name').fill('sweep');
  await question.getByRole('button', { name: 'Clone', exact: true }).click();
  await datamark.openSection('Clones');
  await datamark.clone('sweep').getByRole('button', { name: 'Open' }).click();
  const opened = page.context().waitForEvent('page');
  await datamark
    .dialog(/^Open clone /)
    .getByRole('button', { name: 'Open in a named server' })
    .click();
  const second = await opened;
  await untilLab(second, user, 'sweep');
  expect(await contents(`${user}/sweep`, 'clones/sweep/result.txt')).toBe('kept since the old hub\n');
});
