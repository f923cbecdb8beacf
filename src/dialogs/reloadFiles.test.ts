import type { OnDisk } from '../commands/openDocuments';
import { staleFiles } from './reloadFiles';

it('never counts a file with unsaved changes as one to reload', () => {
  const file = (path: string, dirty: boolean, disk: OnDisk) => ({
    document: { path, dirty },
    disk
  });
  expect(
    staleFiles([
      file('same', false, 'same'),
      file('put back', false, 'touched'),
      file('clean', false, 'changed'),
      file('edited', true, 'changed'),
      file('edited, not looked at', true, 'unknown'),
      file('gone', true, 'gone')
    ])
  ).toEqual({
    touched: ['put back'],
    reload: ['clean'],
    edited: ['edited', 'edited, not looked at'],
    gone: ['gone']
  });
});
