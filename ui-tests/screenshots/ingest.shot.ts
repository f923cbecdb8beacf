/**
 * Takes the pictures of mirrors in a real JupyterLab: each state, light, dark, narrow, with long names and right to left. What the
 * storage would tell is written here; the page, its words and its looks are the real ones. They lie beside the test results.
 */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { FixedVersions, Mirror, MirrorList } from '../../contract';
import { problem } from '../../contract';
import { test } from '../fixtures';
import { DatamarkPage } from '../pages/datamarkPage';
import { smallProject } from '../server/files';

const STATES = join(__dirname, '..', '..', '.build', 'screenshots', 'ingest');
const MIRRORS = /\/api\/v1\/ingest\/mirrors(\?|$)/;
const VERSIONS = /\/api\/v1\/ingest\/mirrors\/[^/]+\/versions(\?|$)/;
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();
const YES = { available: true } as const;

const healthy = (change: Partial<Mirror> = {}): Mirror => ({
  kind: 'mirror',
  id: 'churn-features',
  uid: change.id ?? 'churn-features',
  volume: change.id ?? 'churn-features',
  volumeName: change.id ?? 'churn-features',
  from: 'svm-prod:churn',
  to: 'svm-lab:churn_dst',
  state: 'mirrored',
  stateAsTold: 'snapmirrored',
  toldBy: 'ontap',
  toldAt: ago(0),
  hint: null,
  health: { state: 'healthy' },
  data: { known: true, asOf: ago(12), snapshot: 'snapmirror.2026-11-19_140800' },
  policy: { name: 'Asynchronous', type: 'async' },
  schedule: { name: 'hourly', everySeconds: 1800, nextAt: ago(-18) },
  lastTransfer: {
    ...{ type: 'update', state: 'succeeded', bytes: 1.2 * 2 ** 30, seconds: 48 },
    ...{ bytesPerSecond: 25.6 * 2 ** 20, endedAt: ago(11), reasons: [] }
  },
  transfer: null,
  update: null,
  seen: seen([14, 15, 13, 16, 15, 14, 15, 22, 15, 14, 13, 15, 15, 16, 14, 15, 13, 15, 38, 15, 14, 15, 13, 12]),
  guard: null,
  can: { update: YES, promote: YES, resync: { available: false, reason: 'It is not promoted.', fix: '' } },
  ...change
});

const seen = (minutes: readonly number[]): Mirror['seen'] => ({
  since: ago(60 * 24 * 7),
  gaps: false,
  items: minutes.map((age, at) => ({
    ...({ endedAt: ago(30 * (minutes.length - at)), type: 'update', state: 'succeeded' } as const),
    ...{ bytes: 2 ** 30, seconds: 48, ageSeconds: age * 60 }
  }))
});

const FAILING = healthy({
  id: 'eu-archive',
  from: 'svm-eu:archive',
  health: { state: 'unhealthy', reasons: [{ message: 'Destination volume is out of space.', code: '13303844' }] },
  data: { known: true, asOf: ago(3.2 * 24 * 60), snapshot: 'snapmirror.2026-11-16' },
  seen: seen([5, 5, 5, 5, 6, 5, 5, 6, 5, 5, 5, 6, 5, 5, 6, 5, 5, 20, 60, 90, 120, 160, 200, 240]),
  lastTransfer: {
    ...{ type: 'update', state: 'failed', bytes: 0, seconds: 12, bytesPerSecond: null, endedAt: ago(20) },
    reasons: [{ message: 'Destination volume is out of space.', code: '13303844' }]
  }
});

/** As in the pictures of the design, and the states beside them. */
const MANY: readonly Mirror[] = [
  healthy(),
  healthy({
    ...{ id: 'telemetry', from: 'svm-edge:telemetry', seen: null },
    data: { known: true, asOf: ago(72), snapshot: null },
    transfer: {
      type: 'update',
      state: 'transferring',
      bytes: 3.4 * 2 ** 30,
      seconds: 130,
      bytesPerSecond: 26.8 * 2 ** 20
    }
  }),
  FAILING,
  healthy({
    ...{ id: 'labels', from: 'svm-prod:labels', seen: null, lastTransfer: null, schedule: null, policy: null },
    ...{ toldBy: 'trident', toldAt: ago(600), stateAsTold: 'established' },
    health: { state: 'unknown', reason: 'health needs ONTAP access' },
    data: { known: false, reason: 'age needs ONTAP access', snapshot: null },
    hint: 'Trident does not look again once it is established.'
  }),
  healthy({
    ...{ id: 'model-inputs', from: 'svm-prod:inputs', state: 'broken-off', stateAsTold: 'broken_off', seen: null },
    guard: { maxAgeSeconds: 3600, setBy: 'annotation', state: 'stale' },
    data: { known: true, asOf: ago(300), snapshot: null },
    can: {
      update: { available: false, reason: 'Replication was broken off.', fix: 'Resync it first.' },
      promote: { available: false, reason: 'It is broken off already.', fix: '' },
      resync: YES
    }
  })
];

const told = (items: readonly Mirror[], change: Partial<MirrorList> = {}): MirrorList => ({
  items: [...items],
  sources: { trident: { state: 'answers', asOf: ago(0) }, ontap: { state: 'answers', asOf: ago(0) } },
  now: ago(0),
  ...change
});

const WAYS: FixedVersions = {
  mirror: 'churn-features',
  data: healthy().data,
  ways: [
    {
      ...{ way: 'snapshot', title: 'Make a snapshot now', snapshot: null, manifest: null },
      consequence: 'A snapshot is made and cloned. Replication goes on, and changes neither.',
      can: {
        available: false,
        reason:
          'churn-features is the destination of a mirror, and ONTAP makes no snapshot on one while it replicates.',
        fix: 'Take one of the other ways.'
      }
    },
    {
      ...{ way: 'replicated-snapshot', title: 'Clone the snapshot that arrived', can: YES },
      ...{ snapshot: 'churn-features.arrived', manifest: null },
      consequence: 'The clone holds exactly what arrived, and replication goes on.'
    },
    {
      ...{ way: 'flexclone', title: 'Have ONTAP clone it', snapshot: null },
      consequence: 'An admin clones the snapshot on ONTAP, and Trident imports the clone. Replication goes on.',
      can: { available: false, reason: 'This takes an admin of the storage.', fix: 'Give an admin the text below.' },
      manifest: 'volume clone create -vserver svm-lab -flexclone churn_dst_arrived -type RW …'
    }
  ]
};

async function tell(page: Page, list: MirrorList): Promise<void> {
  await page.unroute(MIRRORS);
  await page.route(MIRRORS, route => route.fulfill({ json: { ...list, now: ago(0) } }));
}

test.use({ opened: false, server: { seed: smallProject } });

for (const theme of ['light', 'dark', 'high-contrast'] as const) {
  test(`ingest, ${theme}`, async ({ context, jupyter }) => {
    test.setTimeout(180_000);
    const page = await context.newPage();
    const datamark = new DatamarkPage(page);
    const suffix = theme === 'light' ? '' : `-${theme}`;
    const picture = (state: string) => page.screenshot({ path: join(STATES, `${state}${suffix}.png`) });
    const again = async (list: MirrorList, words: string) => {
      await tell(page, list);
      await section.getByRole('button', { name: 'Ask the storage now' }).click();
      await section.getByText(words).first().waitFor();
    };
    await tell(page, told(MANY));
    await page.route(VERSIONS, route => route.fulfill({ json: WAYS }));
    await page.goto(`${jupyter.url}/lab?reset`);
    await datamark.openPanel();
    // JupyterLab asks each new person whether to fetch news.
    await page.getByRole('button', { name: 'No', exact: true }).click();
    if (theme !== 'light') {
      const name = theme === 'dark' ? 'JupyterLab Dark' : 'JupyterLab Dark High Contrast';
      await datamark.execute('apputils:change-theme', { theme: name });
    }
    const section = page.locator('.dm-section-ingest');
    await section.getByText('1 unhealthy').waitFor();
    for (const one of ['Volumes', 'Timeline']) {
      await page
        .getByRole('button', { name: new RegExp(`^${one}`) })
        .first()
        .click();
    }
    await datamark.openSection('Ingest');
    await section.getByText('Transferring: 3.4 GiB so far').waitFor();
    await picture('rows');
    await section.getByText('model-inputs', { exact: true }).click();
    await picture('broken-off');
    await section.getByText('churn-features', { exact: true }).click();
    await section.getByRole('button', { name: 'Train on this version…' }).click();
    await datamark.dialog(/^Train on this version/).waitFor();
    await picture('versions');
    await page.keyboard.press('Escape');
    await section.getByText('churn-features', { exact: true }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Promote/ }).click();
    await datamark.dialog(/^Promote the mirror/).waitFor();
    await picture('promote');
    await page.keyboard.press('Escape');
    const silent = problem('storage-unreachable', { detail: 'ONTAP ontap-1 does not answer.', next: 'Ask its admin.' });
    await again(
      told(MANY, {
        sources: {
          trident: { state: 'answers', asOf: ago(0) },
          ontap: { state: 'refuses', problem: silent, asOf: ago(14) }
        }
      }),
      'ONTAP ontap-1 does not answer.'
    );
    await picture('refuses');
    await again(told([]), 'No volume of this server');
    await picture('none');
    const long = 'a-very-long-claim-name-that-somebody-generated-for-a-volume-of-training-data-0123456789';
    await again(told([healthy({ id: long, from: `svm-production-frankfurt:${long}` }), ...MANY]), long);
    await page.evaluate(() => document.querySelector('.dm-panel')?.setAttribute('style', 'width: 220px'));
    await picture('narrow');
    await page.evaluate(() => document.querySelector('.dm-panel')?.setAttribute('dir', 'rtl'));
    await picture('right-to-left');
  });
}
