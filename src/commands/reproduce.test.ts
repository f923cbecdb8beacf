import { Dialog } from '@jupyterlab/apputils';
import axe from 'axe-core';
import { problem, type ReproductionPlan } from '../../contract';
import { fakePage, type IFakePage } from '../testing/fakePage';
import {
  sampleCard,
  sampleCloning,
  samplePlanOf,
  samplePlanWithoutData,
  sampleReproduction,
  WRITTEN
} from '../testing/reproductionSamples';
import { sampleClone } from '../testing/samples';
import { button, shown, text, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import type { IDatamarkApi } from '../tokens';
import { RefusedError } from './problemOf';
import { goOnWithBegun, reproduce, showDataCard } from './reproduce';

afterEach(() => {
  Dialog.flush();
  sessionStorage.clear();
});

const planning = (plan: ReproductionPlan): Partial<IDatamarkApi> => ({ planReproduction: () => Promise.resolve(plan) });
const makes = (...outcomes: ReturnType<typeof sampleReproduction>[]): Partial<IDatamarkApi> => ({
  makeReproduction: () => {
    const next = outcomes.shift();
    return next === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(next);
  }
});
const requests = ({ calls }: IFakePage) => calls.filter(([name]) => name === 'makeReproduction').map(call => call[1]);
const press = async (label: string) => (await until(() => button(label))).click();
const says = (words: string) => until(() => text().includes(words));

describe('reproduce', () => {
  it('shows what comes back and what can’t, asks, and opens the notebook', async () => {
    const page = fakePage({ ...planning(samplePlanOf()), ...makes(sampleReproduction(WRITTEN)) });
    const done = reproduce(page.context, { of: 'a1b2' });
    await says('Which image it ran in was not written down.');
    expect(text()).toContain('Reproduce sweep-12');
    expect(text()).toContain('does not come back');
    expect(text()).toContain('The clone is a folder in /home/alice/datamark-clones.');
    const { violations } = await axe.run(shown() ?? document.body, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)).toEqual([]);
    expect(requests(page)).toEqual([]);
    await press('Reproduce');
    await says('/home/alice is /home/alice/datamark-clones/repro-a1b2 now.');
    await press('Open the notebook');
    await expect(done).resolves.toEqual({
      outcome: 'done',
      name: 'repro-a1b2',
      state: 'written',
      path: WRITTEN.state === 'written' ? WRITTEN.path : ''
    });
    expect(requests(page)).toEqual([{ of: 'a1b2' }]);
    expect(page.told).toEqual(['file datamark-clones/repro-a1b2.reproduction/train.ipynb']);
  });

  it('goes on when the dialog is closed, and says then what was made', async () => {
    const page = fakePage({ ...planning(samplePlanOf()), ...makes(sampleCloning(), sampleReproduction(WRITTEN)) });
    let cloned: () => void = () => undefined;
    Object.assign(page.model, { whenClone: () => new Promise<void>(resolve => (cloned = resolve)) });
    const done = reproduce(page.context, { of: 'a1b2' });
    await press('Reproduce');
    await says('copying 3 of 9 files');
    expect(text()).toContain('Reproduce can go on with repro-a1b2 later.');
    await press('Close');
    await expect(done).resolves.toEqual({ outcome: 'started', of: 'a1b2', name: 'repro-a1b2' });
    expect(page.told).toEqual([]);
    cloned();
    await until(() => page.told.length > 0);
    expect(page.told[0]).toContain('train.ipynb is ready to be run again. datamark-clones/repro-a1b2.reproduction/');
    expect(requests(page)).toEqual([{ of: 'a1b2' }, { of: 'a1b2', name: 'repro-a1b2' }]);
    expect(page.model.holds).toBe(0);
  });

  it('leads to the page of a named server, and says how to go on there', async () => {
    const server = '/hub/spawn/alice/repro-a1b2?clone=home.repro-a1b2';
    const mount = sampleReproduction({ state: 'mount', message: 'repro-a1b2 is made.', server });
    const page = fakePage({ ...planning(samplePlanOf()), ...makes(mount) });
    const done = reproduce(page.context, { of: 'models:/churn@champion' });
    await press('Reproduce');
    await says('choose Reproduce once more, for a1b2.');
    await press('Open in a named server');
    await expect(done).resolves.toMatchObject({ outcome: 'done', state: 'mount' });
    expect(page.told).toEqual([`page ${server}`]);
  });

  it('is off where a snapshot is gone, until a person says where its data is', async () => {
    const page = fakePage({ ...planning(samplePlanWithoutData()), ...makes(sampleReproduction(WRITTEN)) });
    const done = reproduce(page.context, { of: 'a1b2' });
    const begin = await until(() => button('Reproduce'));
    await until(() => begin.getAttribute('aria-disabled') === 'true');
    begin.click();
    expect(requests(page)).toEqual([]);
    type(await until(() => document.querySelector<HTMLInputElement>('#dm-reproduce-data-home')), '/home/alice/old');
    await until(() => begin.getAttribute('aria-disabled') === null);
    begin.click();
    await press('Close');
    await done;
    expect(requests(page)).toEqual([{ of: 'a1b2', data: [{ volume: 'home', path: '/home/alice/old' }] }]);
    expect(page.told).toEqual([]);
  });

  it('says why MLflow tells no plan, and asks again', async () => {
    const gone = problem('mlflow-unreachable', { detail: 'MLflow does not answer.', next: 'Try again in a minute.' });
    let plan: () => Promise<ReproductionPlan> = () => Promise.reject(new RefusedError(gone));
    const page = fakePage({ planReproduction: () => plan() });
    const done = reproduce(page.context, { of: 'a1b2' });
    await says('MLflow does not answer. Try again in a minute.');
    plan = () => Promise.resolve(samplePlanOf());
    await press('Try again');
    await says('What comes back');
    await press('Cancel');
    await expect(done).resolves.toEqual({ outcome: 'cancelled' });
  });

  it('answers with the reason where it could not be made', async () => {
    const full = problem('disk-full', { detail: 'The disk of home is full.', next: 'Free some space.' });
    const page = fakePage({
      ...planning(samplePlanOf()),
      ...makes(sampleReproduction({ state: 'failed', problem: full }))
    });
    const done = reproduce(page.context, { of: 'a1b2' });
    await press('Reproduce');
    await says('The disk of home is full. Free some space.');
    expect(text()).toContain('stays in the list of clones: repro-a1b2 (home).');
    await press('Close');
    await expect(done).resolves.toEqual({ outcome: 'refused', problem: full });
  });

  it('asks nothing when the name is given', async () => {
    const page = fakePage(makes(sampleReproduction(WRITTEN)));
    await expect(reproduce(page.context, { of: 'a1b2', name: 'repro-a1b2' })).resolves.toMatchObject({
      outcome: 'done',
      state: 'written'
    });
    expect(shown()).toBeNull();
    expect(page.told.at(-1)).toBe('file datamark-clones/repro-a1b2.reproduction/train.ipynb');
    const refused = fakePage({ makeReproduction: () => Promise.reject(new Error('no room')) });
    await expect(reproduce(refused.context, { of: 'a1b2', name: 'repro-a1b2' })).rejects.toThrow('no room');
  });

  it('asks which run or version is meant, by what MLflow shows', async () => {
    const page = fakePage(planning(samplePlanOf()));
    const done = reproduce(page.context, {});
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-run-or-model'));
    const look = await until(() => button('Look'));
    look.click();
    type(field, 'models:/churn');
    await says('This is neither a run nor a model version.');
    type(field, 'http://m/#/models/churn/versions/7');
    await until(() => look.getAttribute('aria-disabled') === null);
    look.click();
    await says('What comes back');
    expect(page.calls[0]).toEqual(['planReproduction', 'models:/churn/7', expect.anything()]);
    await press('Cancel');
    await done;
  });
});

describe('the data card', () => {
  it('is drawn, copied and saved', async () => {
    const page = fakePage({ dataCard: () => Promise.resolve(sampleCard()) });
    const done = showDataCard(page.context, { of: 'models:/churn/7' });
    await says('drawn: # Data of churn, version 7');
    const inBody = (label: string) =>
      [...(shown()?.querySelectorAll('button') ?? [])].find(one => one.textContent === label)?.click();
    inBody('Copy Markdown');
    await says('Copied.');
    inBody('Save as .md');
    inBody('Save as .json');
    expect(page.told).toEqual([
      'copied # Data of churn, version 7\n',
      'saved data-card-churn-v7.md text/markdown',
      'saved data-card-churn-v7.json application/json'
    ]);
    await press('Close');
    await expect(done).resolves.toEqual({ outcome: 'done', of: 'models:/churn/7' });
  });

  it('says why there is none', async () => {
    const none = problem('run-not-found', { detail: 'There is no version 7 of churn.', next: 'Look in MLflow.' });
    const page = fakePage({ dataCard: () => Promise.reject(new RefusedError(none)) });
    const done = showDataCard(page.context, { of: 'models:/churn/7' });
    await says('There is no version 7 of churn. Look in MLflow.');
    await press('Close');
    await done;
  });
});

describe('a page that comes back', () => {
  const left = { of: 'a1b2', name: 'repro-a1b2', notebook: 'train.ipynb', data: [] };
  const clones = (...names: string[]): Partial<IDatamarkApi> => ({
    clones: () => Promise.resolve(names.map(name => sampleClone({ name })))
  });

  it('is left while it clones: it is remembered with what was chosen, until the notebook is there', async () => {
    const page = fakePage(makes(sampleCloning(), sampleReproduction(WRITTEN)));
    let cloned: () => void = () => undefined;
    page.model.whenClone = () => new Promise(resolve => (cloned = () => resolve(undefined as never)));
    const done = reproduce(page.context, { of: 'a1b2', name: 'repro-a1b2' });
    await until(() => requests(page).length === 1);
    expect(page.context.begun.all()).toEqual([{ of: 'a1b2', name: 'repro-a1b2', data: [] }]);
    await until(() => {
      cloned();
      return requests(page).length === 2;
    });
    await done;
    expect(page.context.begun.all()).toEqual([]);
  });

  it('goes on with what was begun, and says so', async () => {
    const page = fakePage({ ...clones('repro-a1b2'), ...makes(sampleReproduction(WRITTEN)) });
    page.context.begun.add(left);
    await goOnWithBegun(page.context);
    expect(requests(page)).toEqual([left]);
    expect(page.told[0]).toBe('Going on with the reproduction repro-a1b2.');
    expect(page.told[1]).toContain('train.ipynb');
    expect(page.context.begun.all()).toEqual([]);
  });

  it('makes no clone anew that somebody has deleted meanwhile', async () => {
    const page = fakePage(clones('other'));
    page.context.begun.add(left);
    await goOnWithBegun(page.context);
    expect([page.told, page.context.begun.all()]).toEqual([[], []]);
  });

  it('asks nothing where nothing was begun, or what is kept can’t be read', async () => {
    sessionStorage.setItem('datamark:begun-reproductions', '[{"of":');
    const page = fakePage();
    await goOnWithBegun(page.context);
    expect(page.calls).toEqual([]);
  });
});
