import { firstOfEachFolder, SHOWN_OF_FOLDER } from './shownEntries';

const files = (folder: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ path: `${folder}file-${at}`, type: 'file' }));

it('shows the first files of each folder, and the same ones again', () => {
  const filter = firstOfEachFolder();
  const shown = (entries: ReturnType<typeof files>) => entries.filter(entry => filter(entry) !== null);
  const many = files('results/', 10_000);

  expect(shown(many)).toEqual(many.slice(0, SHOWN_OF_FOLDER));
  expect(shown([...many].reverse())).toHaveLength(SHOWN_OF_FOLDER);
  expect(shown(many)).toEqual(many.slice(0, SHOWN_OF_FOLDER));
  expect(shown(files('', 10))).toHaveLength(10);
});

it('leaves no folder out because of files, so that each can be gone to', () => {
  const filter = firstOfEachFolder(2);
  files('', 3).forEach(filter);
  expect(filter({ path: 'data', type: 'directory' })).not.toBeNull();
  expect(filter({ path: 'notebooks', type: 'directory' })).not.toBeNull();
  expect(filter({ path: 'results', type: 'directory' })).toBeNull();
});
