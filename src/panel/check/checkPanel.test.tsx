import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import axe from 'axe-core';
import { problem, type CheckFinding, type CheckReport } from '../../../contract';
import { ApiProblem } from '../../api/apiProblem';
import { language } from '../../testing/fakePage';
import { until } from '../../testing/until';
import { CheckPanel } from './checkPanel';
import { reportText, summaryWords } from './checkWords';

const finding = (parts: Partial<CheckFinding>): CheckFinding => ({
  id: parts.title ?? '',
  title: '',
  state: 'ok',
  message: '',
  fix: '',
  command: null,
  affects: [],
  object: null,
  docs: '',
  ...parts
});

const COMMAND = 'kubectl -n hub-alice create rolebinding datamark-manager-nb-alice --clusterrole=datamark-manager';

/** As the Kubernetes provider finds it. */
const REPORT: CheckReport = {
  checkedAt: new Date().toISOString(),
  summary: { state: 'failed', ok: 1, warning: 1, failed: 2, unknown: 1, notApplicable: 1 },
  findings: [
    finding({
      title: 'Snapshots of scratch',
      state: 'failed',
      message: 'Off: no VolumeSnapshotClass exists for its driver, topolvm.io.',
      fix: 'Ask an admin to add one. home and churn-features are not affected.'
    }),
    finding({
      title: 'Delete snapshots',
      state: 'failed',
      message: 'Off: account nb-alice may not delete volumesnapshots in hub-alice.',
      fix: 'An admin can grant it with the role datamark-manager.',
      command: COMMAND
    }),
    finding({ title: 'Live snapshots', state: 'warning', message: 'No watch.' }),
    finding({ title: 'Quota', state: 'unknown', message: 'It is not known.' }),
    finding({ title: 'Restore in place', state: 'not-applicable', message: 'Not yet.' }),
    finding({ title: 'Kubernetes API', message: 'v1.36.3, namespace hub-alice, answers in 12 ms.' })
  ]
};

let panel: CheckPanel;
let answer: () => Promise<CheckReport>;
let copied: string[];
let mayCopy: boolean;

beforeEach(() => {
  copied = [];
  mayCopy = true;
  answer = () => Promise.resolve(REPORT);
  panel = new CheckPanel({
    api: { check: () => answer() },
    trans: language.trans,
    format: language.format,
    copyText: text => {
      copied.push(text);
      return mayCopy ? Promise.resolve() : Promise.reject(new Error('not allowed'));
    }
  });
  Widget.attach(panel, document.body);
  MessageLoop.flush();
});

afterEach(() => panel.dispose());

const text = (): string => (panel.node.textContent ?? '').replace(/\s+/g, ' ');
const shows = (...words: string[]): Promise<boolean> => until(() => words.every(word => text().includes(word)));
const press = (name: string): void => {
  const found = [...panel.node.querySelectorAll('button')].find(
    one => one.textContent === name || one.getAttribute('aria-label') === name
  );
  found?.click();
};

it('tells what is missing first, with its state in words and the command to copy', async () => {
  await panel.model.look();
  await shows('1 works · 2 missing · 1 needs attention · 1 unknown · 1 not needed here · checked just now');
  const rows = [...panel.node.querySelectorAll('li')].map(row => (row.textContent ?? '').replace(/\s+/g, ' '));
  expect(rows[0]).toBe(
    'Missing: Snapshots of scratchOff: no VolumeSnapshotClass exists for its driver, topolvm.io.Ask an admin to add one. home and churn-features are not affected.'
  );
  expect(rows).toHaveLength(6);
  expect(rows[5]).toContain('Works: Kubernetes API');
  press('Copy the command');
  expect(copied).toEqual([COMMAND]);
  await shows('Copied.');
});

it('copies all of it as text for an admin, and says where the browser does not allow that', async () => {
  await panel.model.look();
  await shows('2 missing');
  press('Copy report');
  await shows('Copied.');
  expect(copied[0]).toBe(reportText(REPORT, language.trans));
  expect(copied[0]?.split('\n').slice(3, 8)).toEqual([
    '[Missing] Snapshots of scratch: Off: no VolumeSnapshotClass exists for its driver, topolvm.io.',
    '    Ask an admin to add one. home and churn-features are not affected.',
    '[Missing] Delete snapshots: Off: account nb-alice may not delete volumesnapshots in hub-alice.',
    '    An admin can grant it with the role datamark-manager.',
    `    $ ${COMMAND}`
  ]);
  mayCopy = false;
  press('Copy report');
  await shows('The browser does not allow copying.');
});

it('keeps the report while it looks again, and looks once however often it is pressed', async () => {
  await panel.model.look();
  await shows('2 missing');
  let asked = 0;
  let give: (report: CheckReport) => void = () => undefined;
  answer = () => {
    asked += 1;
    return new Promise(resolve => {
      give = resolve;
    });
  };
  press('Check again');
  await shows('Checking…', 'Snapshots of scratch');
  press('Check again');
  expect(asked).toBe(1);
  give({
    ...REPORT,
    findings: [],
    summary: { state: 'ok', ok: 0, warning: 0, failed: 0, unknown: 0, notApplicable: 0 }
  });
  await shows('Nothing was looked at');
});

it('says that it loads, and why it could not', async () => {
  await shows('Checking…');
  expect(panel.node.querySelector('[aria-busy="true"]')).not.toBeNull();
  answer = () =>
    Promise.reject(
      new ApiProblem('answered', problem('sidecar-unavailable', { detail: 'Node is missing.', next: 'Install it.' }))
    );
  await panel.model.look();
  await shows('Datamark is not running', 'Node is missing.', 'Install it.');
  answer = () => Promise.resolve(REPORT);
  press('Check again');
  await shows('2 missing');
});

it('leaves out of the summary what there is none of', () => {
  const summary = { state: 'ok', ok: 6, warning: 0, failed: 0, unknown: 0, notApplicable: 0 } as const;
  expect(summaryWords({ summary }, language.trans)).toBe('6 work');
});

it('can be scrolled and left by the keyboard, and axe finds nothing', async () => {
  await panel.model.look();
  await shows('2 missing');
  panel.activate();
  await until(() => document.activeElement?.className === 'dm-check-list');
  const { violations } = await axe.run(panel.node, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)])).toEqual([]);
});
