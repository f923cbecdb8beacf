import { Dialog } from '@jupyterlab/apputils';
import { language, NOW } from '../testing/fakePage';
import { sampleClone } from '../testing/samples';
import { press, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askCloneName, cloneNameError, suggestCloneName } from './nameClone';

afterEach(() => Dialog.flush());

it('offers a valid clone name and refuses one that is taken', async () => {
  expect(suggestCloneName('Features v3 (frozen)!', NOW)).toMatch(/^features-v3-frozen-\d{4}$/);
  expect(suggestCloneName('日本語', NOW)).toMatch(/^clone-\d{4}$/);
  expect(cloneNameError('Bad Name', [], language.trans)).toContain('lower-case');
  expect(cloneNameError('lr-sweep', [sampleClone()], language.trans)).toBe('There is a clone lr-sweep already.');
  const answer = askCloneName({
    source: null,
    volumeName: 'home',
    folder: '/home/alice/datamark-clones',
    name: 'sweep-12',
    taken: [],
    trans: language.trans
  });
  await until(() => text().includes('/home/alice/datamark-clones/sweep-12'));
  const field = await until(() => document.querySelector<HTMLInputElement>('#dm-clone-name'));
  await until(() => document.activeElement === field);
  press('Enter');
  await expect(answer).resolves.toBe('sweep-12');
});
