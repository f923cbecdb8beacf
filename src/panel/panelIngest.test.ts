/** The section Ingest in the panel: when it is there, what it asks for, and what it says in each state. */
import { MessageLoop } from '@lumino/messaging';
import { problem, type Mirror } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { type FakeServer, until } from '../testing/fakeServer';
import { NO_MIRRORS, sampleMirror, sampleMirrors } from '../testing/mirrorSamples';
import { PanelScene } from '../testing/panelScene';
import { sampleSnapshot } from '../testing/samples';
import { CommandIDs } from '../tokens';

const NO_UPDATE = {
  ...sampleMirror().can,
  update: { available: false, reason: 'Replication was broken off.', fix: 'Resync it first.' }
} as const;

let scene: PanelScene;
let server: FakeServer;

beforeEach(() => {
  scene = new PanelScene();
  ({ server } = scene);
  server.snapshots = [sampleSnapshot({ title: 'features v3 frozen' })];
});

afterEach(() => scene.dispose());

const tells = (...items: Mirror[]): void => {
  server.mirrors = () => sampleMirrors(items);
};
const section = (): HTMLElement => scene.query('.dm-section-ingest');
const open = async (...words: string[]): Promise<void> => {
  await scene.show('features v3 frozen', 'Ingest');
  scene.state.setOpen('ingest', true);
  for (const one of words) {
    await until(() => (section().textContent ?? '').includes(one));
  }
};
const rows = (): HTMLElement[] => [...section().querySelectorAll<HTMLElement>('[role="row"]')];

it('is not there where no source is set up, and asks once to know that', async () => {
  server.mirrors = () => NO_MIRRORS;
  await scene.show('features v3 frozen', 'Connected');
  await until(() => scene.mirrors.content.state === 'ready');
  expect(scene.panel.node.querySelector('.dm-section-ingest')).toBeNull();
  scene.panel.hide();
  MessageLoop.flush();
  scene.panel.show();
  MessageLoop.flush();
  await until(() => server.open === 1);
  expect(server.called('mirrors')).toBe(1);
});

it('sums up while it is closed, and watches only while it is open and in view', async () => {
  tells(sampleMirror({ health: { state: 'unhealthy', reasons: [] } }), sampleMirror({ id: 'b', uid: 'b' }));
  await scene.show('1 unhealthy');
  expect(scene.mirrors.isWatched).toBe(false);
  scene.state.setOpen('ingest', true);
  await until(() => scene.mirrors.isWatched);
  scene.panel.hide();
  MessageLoop.flush();
  await until(() => !scene.mirrors.isWatched);
});

it('shows where data comes from, how old it is and what was transferred', async () => {
  tells(sampleMirror());
  await open('from svm-prod:churn', 'as of', 'Healthy · last transfer 1.2 GiB in 48 s');
  expect(section().querySelector('.dm-spark')).toBeNull();
  expect(section().querySelector('[title="from svm-prod:churn to svm-lab:churn_dst"]')).not.toBeNull();
  scene.clickButton('Update now');
  expect(scene.ran).toEqual([[CommandIDs.updateMirror, { mirror: 'churn-features' }]]);
  await expect(scene.serious()).resolves.toEqual([]);
});

it('labels the sparkline with since when somebody watched', async () => {
  const items = Array.from({ length: 24 }, () => ({
    ...({ endedAt: '2026-11-19T14:00:00Z', type: 'update', state: 'succeeded' } as const),
    ...{ bytes: 1, seconds: 1, ageSeconds: 2280 }
  }));
  tells(sampleMirror({ seen: { since: '2026-11-12T10:00:00Z', items, gaps: true } }));
  await open('last 24 transfers · since 12 Nov');
  expect(scene.query('.dm-spark').getAttribute('aria-label')).toBe(
    'Data age at each of the last 24 transfers, highest 38 min, the schedule allows 1 h, some may be missing'
  );
  expect(section().querySelectorAll('.dm-spark rect')).toHaveLength(24);
});

it('gives the storage’s own reason, and says unknown where nobody knows', async () => {
  tells(
    sampleMirror({
      health: { state: 'unhealthy', reasons: [{ message: 'Destination volume is out of space.', code: '13303844' }] }
    }),
    sampleMirror({
      ...{ id: 'labels', uid: 'l', volumeName: 'labels', lastTransfer: null },
      health: { state: 'unknown', reason: 'age needs ONTAP access' },
      data: { known: false, reason: 'age needs ONTAP access', snapshot: null },
      hint: 'Trident does not look again.'
    })
  );
  await open('“Destination volume is out of space.” (13303844)', 'data age –', 'age needs ONTAP access');
  await until(() => scene.text().includes('Trident does not look again.'));
  await expect(scene.serious()).resolves.toEqual([]);
});

it('keeps Update now focusable and says why it is off where replication was broken off', async () => {
  tells(sampleMirror({ state: 'broken-off', can: NO_UPDATE }));
  await open('Broken off');
  const button = [...section().querySelectorAll('button')].find(one => one.textContent === 'Update now');
  expect(button?.getAttribute('aria-disabled')).toBe('true');
  expect(button?.getAttribute('aria-description')).toBe('Replication was broken off. Resync it first.');
  expect(button?.title).toBe('Replication was broken off. Resync it first.');
  button?.click();
  expect(scene.ran).toEqual([]);
  expect(section().querySelector('.dm-bad')).toBeNull();
});

it('shows a transfer without a share, and lets the one that was asked for be cancelled', async () => {
  tells(
    sampleMirror({
      transfer: { type: 'update', state: 'transferring', bytes: 3_650_722_201, seconds: 130, bytesPerSecond: null },
      update: {
        ...{ id: 'u', state: 'running', askedAt: '2026-11-19T14:19:00Z', endedAt: null },
        ...{ alreadyRunning: false, cancel: { available: true }, reasons: [] }
      }
    })
  );
  await open('Transferring: 3.4 GiB so far, 2 min 10 s');
  const bar = section().querySelector('[role="progressbar"]');
  expect(bar?.getAttribute('aria-valuenow')).toBeNull();
  scene.clickButton('Cancel');
  expect(scene.ran).toEqual([[CommandIDs.cancelMirrorUpdate, { mirror: 'churn-features' }]]);
});

it('takes over an event at once', async () => {
  tells(sampleMirror());
  await open('Healthy');
  server.tell({ type: 'upsert', revision: 9, object: sampleMirror({ state: 'paused' }) });
  await until(() => scene.text().includes('Paused'));
  expect(server.called('mirrors')).toBe(1);
});

it('says which source does not answer, beside the rows as of then', async () => {
  server.mirrors = () =>
    sampleMirrors([sampleMirror()], {
      sources: {
        trident: { state: 'absent', reason: '' },
        ontap: {
          state: 'refuses',
          problem: problem('storage-unreachable', { detail: 'ONTAP does not answer.', next: 'Ask its admin.' }),
          asOf: '2026-11-19T14:02:00Z'
        }
      }
    });
  await open('ONTAP does not answer. Ask its admin.', 'Shown as of 19 Nov, 14:02.', 'svm-prod:churn');
});

it('tells a refusal apart from no mirrors', async () => {
  server.mirrors = () => {
    throw new ApiProblem('answered', problem('forbidden', { detail: 'No role allows it.', next: 'Ask an admin.' }));
  };
  await open('You may not see mirrors', 'No role allows it.');
  tells();
  scene.clickButton('Try again');
  await until(() => scene.text().includes('No mirror into a volume of this server is known.'));
});

it('is worked by keys, and offers promotion only where it can be done', async () => {
  const can = { ...sampleMirror().can, promote: { available: false, reason: 'No right.', fix: '' } } as const;
  tells(sampleMirror(), sampleMirror({ id: 'labels', uid: 'l', volumeName: 'labels', can }));
  await open('labels');
  const grid = section().querySelector<HTMLElement>('[role="grid"]');
  const press = (key: string) => grid?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  grid?.focus();
  press('t');
  press('ArrowDown');
  await until(() => rows()[1]?.classList.contains('is-active') === true);
  press('u');
  expect(scene.ran).toEqual([
    [CommandIDs.trainOnVersion, { mirror: 'churn-features' }],
    [CommandIDs.updateMirror, { mirror: 'labels' }]
  ]);
  rows()[0]?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }));
  const menu = () =>
    [...document.querySelectorAll('.dm-menu .lm-Menu-item')].map(one => one.getAttribute('data-command'));
  await until(() => menu().includes(CommandIDs.promoteMirror));
  expect(menu()).not.toContain(CommandIDs.resyncMirror);
  document.querySelectorAll('.dm-menu').forEach(one => one.remove());
});

it('marks a volume whose data is older than it allows', async () => {
  const guard = { maxAgeSeconds: 60, setBy: 'annotation', state: 'stale' } as const;
  tells(sampleMirror({ guard }));
  await scene.show('features v3 frozen', 'old data', '1 too old');
  expect(scene.query('.dm-stale').title).toContain('at most 1 min are allowed');
});

it('shows 500 mirrors', async () => {
  tells(
    ...Array.from({ length: 500 }, (_, at) => sampleMirror({ id: `m-${at}`, uid: `u-${at}`, volumeName: `v-${at}` }))
  );
  await open('v-499');
  expect(rows()).toHaveLength(500);
});
