import { problem, type RecentRuns } from '../../contract';
import { fakePage, ONLINE } from '../testing/fakePage';
import { mlflowRefuses, sampleLink, sampleRecent, sampleRun, sampleUse } from '../testing/lineageSamples';
import { sampleDeletePlan, sampleSnapshot } from '../testing/samples';
import { button, press, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { runIn } from '../model/runOrModel';
import { lineageEntries } from './lineageEntries';
import { linkRun, pinSnapshot, unpinNotebook } from './lineageCommands';
import { deleteSnapshot } from './snapshotCommands';

const SNAPSHOT = sampleSnapshot({ title: 'frozen' });
const { name, uid } = SNAPSHOT;
const snapshot = () => Promise.resolve(SNAPSHOT);

describe('a link', () => {
  it('is written with the words of the dialog', async () => {
    const linked = { run: 'abc', state: 'written', problem: null, snapshots: [sampleLink()] } as const;
    const page = fakePage({
      snapshot,
      recentRuns: () => Promise.resolve(sampleRecent([])),
      linkRun: () => Promise.resolve({ ...linked, snapshots: [...linked.snapshots] })
    });
    const done = linkRun(page.context, { snapshot: name });
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-link-run'));
    const link = await until(() => button('Link'));
    link.click();
    type(field, 'https://mlflow.example/#/experiments/1/runs/abc?tab=x');
    await until(() => link.getAttribute('aria-disabled') === null);
    document.querySelectorAll<HTMLInputElement>('input[name="dm-relation"]')[1]?.click();
    link.click();
    await expect(done).resolves.toMatchObject({ outcome: 'done', run: 'abc', state: 'written' });
    expect(page.calls.at(-1)).toEqual(['linkRun', { run: 'abc', snapshots: [{ name, uid, relation: 'exact' }] }]);
    expect(page.told).toEqual(['The run abc names frozen now.']);
  });

  it('is made with a run of the list, which the arrow keys choose and words search', async () => {
    const old = sampleUse({
      run: sampleRun({ id: 'b2', name: 'baseline', startedAt: '2026-11-01T10:00:00Z' }),
      snapshots: []
    });
    const asked: unknown[] = [];
    const page = fakePage({
      snapshot,
      recentRuns: question => {
        asked.push(question);
        return Promise.resolve(sampleRecent([sampleUse(), old]));
      },
      linkRun: body => Promise.resolve({ run: body.run, state: 'written', problem: null, snapshots: [] })
    });
    page.documents.notebook = 'home/train.ipynb';
    const done = linkRun(page.context, { snapshot: name });
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-link-run'));
    const options = () => [...document.querySelectorAll('[role="option"]')];
    await until(() => options().length === 2);
    expect(asked).toMatchObject([{ volume: SNAPSHOT.volume }, { notebook: 'home/train.ipynb' }]);
    expect(options().map(one => one.querySelector('small')?.textContent)).toEqual([
      'names it already · 10 min ago',
      expect.stringMatching(/^Finished · /)
    ]);
    const link = await until(() => button('Link'));
    press('ArrowDown', field);
    await until(() => field.value === 'a1b2');
    press('ArrowDown', field);
    await until(() => field.value === 'b2');
    expect(options().map(one => one.getAttribute('aria-selected'))).toEqual(['false', 'true']);
    expect(field.getAttribute('aria-activedescendant')).toBe(options()[1]?.id);
    type(field, 'sweep');
    await until(() => options().length === 1);
    await until(() => link.getAttribute('aria-disabled') === 'true');
    type(field, 'base');
    await until(() => options()[0]?.textContent?.startsWith('baseline') === true);
    (options()[0] as HTMLElement).click();
    await until(() => link.getAttribute('aria-disabled') === null);
    link.click();
    await expect(done).resolves.toMatchObject({ run: 'b2' });
  });

  it.each<[string, RecentRuns, string]>([
    ['nothing', sampleRecent([]), 'No run of this volume or notebook was found.'],
    [
      'why not',
      sampleRecent([], { mlflow: mlflowRefuses('mlflow-unreachable', 'It does not answer.'), search: null }),
      'It does not answer. The id of any run can be given.'
    ]
  ])('says where MLflow tells %s, and takes an id all the same', async (_, told, words) => {
    const page = fakePage({
      snapshot,
      recentRuns: () => Promise.resolve(told),
      linkRun: body => Promise.resolve({ run: body.run, state: 'waiting', problem: null, snapshots: [] })
    });
    const done = linkRun(page.context, { snapshot: name });
    await until(() => document.querySelector('.dm-runs-state')?.textContent?.includes(words) === true);
    const link = await until(() => button('Link'));
    type(await until(() => document.querySelector<HTMLInputElement>('#dm-link-run')), 'abc');
    await until(() => link.getAttribute('aria-disabled') === null);
    link.click();
    await expect(done).resolves.toMatchObject({ run: 'abc', state: 'waiting' });
  });

  it('that MLflow could not take is told to wait, and why', async () => {
    const why = problem('mlflow-unreachable', { detail: 'MLflow does not answer.', next: '' });
    const page = fakePage({
      snapshot,
      linkRun: () => Promise.resolve({ run: 'abc', state: 'waiting', problem: why, snapshots: [] })
    });
    await linkRun(page.context, { snapshot: name, run: 'abc' });
    expect(page.told).toEqual([
      'The link of frozen to the run abc waits on the snapshot until MLflow takes it. MLflow does not answer.'
    ]);
  });

  it.each([
    ['abc-1', 'abc-1'],
    [' 0123456789abcdef ', '0123456789abcdef'],
    ['http://m/ml/#/experiments/0/runs/ab12/artifacts', 'ab12'],
    ['http://m/#/experiments/0', null],
    ['a b', null],
    ['', null]
  ])('to %j is one to %j', (text, run) => expect(runIn(text)).toBe(run));
});

describe('a pin', () => {
  it('is for the kernel of the notebook in front, beside those of other volumes', async () => {
    const other = sampleLink({ volume: 'data', snapshot: 'data.1', uid: 'uid-d', relation: 'exact' });
    const page = fakePage({
      snapshot,
      pinned: () =>
        Promise.resolve({ kernel: 'kernel-1', snapshots: [sampleLink({ uid: 'old' }), other], notebook: null }),
      pin: body => Promise.resolve({ kernel: body.kernel, snapshots: [sampleLink(), other], notebook: null })
    });
    page.documents.notebook = 'home/train.ipynb';
    page.context.datamark.lineage.pins.setFront({ path: 'home/train.ipynb', kernel: 'kernel-1' });
    await expect(pinSnapshot(page.context, { snapshot: name })).resolves.toMatchObject({ outcome: 'done' });
    expect(page.calls.at(-1)).toEqual([
      'pin',
      {
        kernel: 'kernel-1',
        notebook: 'home/train.ipynb',
        snapshots: [
          { name, uid, relation: 'before-run' },
          { name: 'data.1', uid: 'uid-d', relation: 'exact' }
        ]
      }
    ]);
    expect(page.told[0]).toContain('Runs that train.ipynb begins from now on name');
    expect(page.context.datamark.lineage.pins.content).toMatchObject({
      state: 'ready',
      pinned: { kernel: 'kernel-1' }
    });
  });

  it('needs a notebook whose kernel runs', async () => {
    const page = fakePage({ snapshot });
    await expect(pinSnapshot(page.context, { snapshot: name })).rejects.toThrow('No notebook is open');
    await expect(unpinNotebook(page.context, { path: 'home/other.ipynb' })).rejects.toThrow('No kernel runs for');
    expect(page.calls).toEqual([]);
  });
});

it('is not shown, and can’t be used, where nothing is set for MLflow', () => {
  const page = fakePage();
  const entries = lineageEntries(page.context);
  expect(entries.map(one => [one.visible?.({}), one.whyNot({ snapshot: name })])).toEqual(
    entries.map(() => [false, 'MLflow is not set up here.'])
  );
  if (ONLINE.state === 'online') {
    page.model.connection = { ...ONLINE, status: { ...ONLINE.status, lineage: true } };
  }
  expect(entries.map(one => [one.visible?.({}), one.whyNot({ snapshot: name })])).toEqual(
    entries.map(() => [true, null])
  );
});

it('deletes by force what the plan asks force for, once the title is typed', async () => {
  const plan = sampleDeletePlan({ force: true, warnings: ['1 run used it: train.'], typeToConfirm: 'frozen' });
  const page = fakePage({ snapshot, planSnapshotDelete: () => Promise.resolve(plan), deleteSnapshot: snapshot });
  const done = deleteSnapshot(page.context, { snapshot: name });
  type(await until(() => document.querySelector<HTMLInputElement>('#dm-delete-title')), 'frozen');
  const remove = await until(() => button('Delete'));
  await until(() => remove.getAttribute('aria-disabled') === null);
  remove.click();
  await done;
  expect(page.calls.at(-1)).toEqual(['deleteSnapshot', name, plan.uid, true]);
});
