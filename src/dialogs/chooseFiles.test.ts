import { Dialog } from '@jupyterlab/apputils';
import { language } from '../testing/fakePage';
import { button, press, text, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askFiles } from './chooseFiles';

afterEach(() => Dialog.flush());

const question = {
  volumeName: 'home',
  mountPath: '/home/jovyan',
  snapshotLabel: 'features v3 frozen',
  text: '',
  browser: true,
  trans: language.trans
};
const field = () => until(() => document.querySelector<HTMLTextAreaElement>('#dm-files-paths'));

it('paths are checked as they are written, and Enter in them only begins a line', async () => {
  const answer = askFiles(question);
  const paths = await field();
  expect(text()).toContain('Nothing is replaced');
  expect(button('Continue')?.title).toBe('Name at least one file or folder.');
  type(paths, 'a.txt\n../b');
  await until(() => text().includes('Line 2: write a path inside home'));
  expect(button('Continue')?.getAttribute('aria-disabled')).toBe('true');
  type(paths, 'a.txt\nb');
  await until(() => button('Continue')?.getAttribute('aria-disabled') === null);
  press('Enter', paths);
  button('Continue')?.click();
  await expect(answer).resolves.toEqual({ answer: 'paths', paths: ['a.txt', 'b'] });
});

it('the file browser is offered where there is one, and what was written is kept', async () => {
  const answer = askFiles({ ...question, text: 'a.txt\n' });
  type(await field(), 'a.txt\n../not yet right');
  button('Add from the file browser…')?.click();
  await expect(answer).resolves.toEqual({ answer: 'add', text: 'a.txt\n../not yet right' });
});

it('nothing is offered that is not there', async () => {
  const answer = askFiles({ ...question, browser: false });
  await field();
  expect(button('Add from the file browser…')).toBeUndefined();
  press('Escape', document.activeElement);
  await expect(answer).resolves.toBeNull();
});

describe('a paste of many lines', () => {
  const paste = (into: HTMLElement, pasted: string): boolean => {
    const event = new Event('paste', { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { getData: () => pasted } });
    return into.dispatchEvent(event);
  };
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `results/run-${at}.txt`).join('\n');

  it('is taken up to what one restore takes, where the cursor stands', async () => {
    const answer = askFiles({ ...question, text: 'first\n' });
    const paths = await field();
    paths.setSelectionRange(6, 6);
    expect(paste(paths, lines(300))).toBe(false);
    await until(() => paths.value.startsWith('first\nresults/run-0.txt') && paths.value.endsWith('run-299.txt'));
    button('Continue')?.click();
    await expect(answer).resolves.toMatchObject({ answer: 'paths', paths: { length: 301 } });
  });

  it('is refused beyond that, and what was written stays', async () => {
    void askFiles({ ...question, text: 'first\n' });
    const paths = await field();
    expect(paste(paths, lines(10_000))).toBe(false);
    await until(() => text().includes('At most 500 files and folders at once.'));
    expect(paths.value).toBe('first\n');
    type(paths, 'second');
    await until(() => !text().includes('At most 500'));
  });

  it('is left to the browser where it is short', async () => {
    void askFiles(question);
    expect(paste(await field(), 'a.txt')).toBe(true);
  });
});
