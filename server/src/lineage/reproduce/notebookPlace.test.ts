import { notebookPlaces } from './notebookPlace';

const at = (mountPath: string, browsePath: string | null): Parameters<typeof notebookPlaces>[1] => ({
  name: 'home',
  volume: { mountPath, browsePath }
});

test.each([
  ['nb/train.ipynb', at('/home/me', ''), ['nb/train.ipynb']],
  ['work/nb/train.ipynb', at('/srv/work', 'work'), ['nb/train.ipynb']],
  ['other/train.ipynb', at('/srv/work', 'work'), []],
  ['nb/train.ipynb', at('/home/me', null), ['nb/train.ipynb']],
  ['/home/me/nb/train.ipynb', at('/home/me', null), ['nb/train.ipynb']],
  ['/home/me2/train.ipynb', at('/home/me', ''), []],
  ['nb/train.ipynb', { name: 'home', volume: undefined }, ['nb/train.ipynb']]
])('%s in %j is looked for at %j', (notebook, volume, expected) => {
  expect(notebookPlaces(notebook, volume)).toEqual(expected);
});

test.each(['../secret', 'a/../../secret', '/home/me/../you/x', '', '.', 'a\0b'])(
  'a name that leads out of the volume, %j, is looked for nowhere',
  notebook => {
    expect(notebookPlaces(notebook, at('/home/me', ''))).toEqual([]);
  }
);
