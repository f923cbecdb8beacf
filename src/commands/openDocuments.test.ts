import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { Contents } from '@jupyterlab/services';
import { OpenDocuments } from './openDocuments';

const SAVED = '2026-11-19T14:00:00Z';
const EARLIER = '2026-11-17T09:12:00Z';
const notebook = (source: string, more: object = {}) => ({
  cells: [{ cell_type: 'code', id: 'a', metadata: {}, outputs: [], execution_count: null, source }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
  ...more
});

/** What the page shows and what the disk has; a content that is null can't be read. */
interface Case {
  readonly shown: { hash?: string; last_modified?: string };
  readonly disk: { hash?: string; last_modified?: string } | Error;
  readonly dirty?: boolean;
  readonly model?: unknown;
  readonly content?: unknown;
  readonly format?: Contents.FileFormat;
}

function page(given: Case) {
  const reads: boolean[] = [];
  let reverts = 0;
  const { model = 'text', content = 'text', format = 'text' } = given;
  const algorithm = (of: { hash?: string }) => (of.hash === undefined ? {} : { hash_algorithm: 'sha256' });
  const context = {
    path: 'tour.ipynb',
    contentsModel: { type: 'file', last_modified: SAVED, ...algorithm(given.shown), ...given.shown },
    model: { dirty: given.dirty ?? false, toJSON: () => model, toString: () => String(model) },
    revert: () => Promise.resolve(void reverts++)
  };
  const contents = {
    driveName: () => '',
    localPath: (path: string) => path,
    get: (_path: string, options: Contents.IFetchOptions) => {
      reads.push(options.content === true);
      const { disk } = given;
      return disk instanceof Error
        ? Promise.reject(disk)
        : Promise.resolve({
            last_modified: SAVED,
            ...algorithm(disk),
            ...disk,
            ...(options.content === true ? { content, format } : {})
          });
    }
  };
  const widget = {};
  const documents = new OpenDocuments({
    shell: { widgets: () => [widget] } as unknown as JupyterFrontEnd.IShell,
    areas: ['main'],
    manager: { contextForWidget: () => context, services: { contents } } as unknown as IDocumentManager,
    notebooks: null
  });
  return { documents, reads, reverts: () => reverts };
}
const look = (given: Case) => page(given).documents.onDisk('tour.ipynb');

describe('an open file after a restore', () => {
  it('is the same when only its time was put back, and is not read for that', async () => {
    const { documents, reads } = page({ shown: { hash: 'h1' }, disk: { hash: 'h1', last_modified: EARLIER } });
    await expect(documents.onDisk('tour.ipynb')).resolves.toBe('same');
    expect(reads).toEqual([false]);
  });

  it('has changed when its content differs, even at the same time', async () => {
    await expect(look({ shown: { hash: 'h1' }, disk: { hash: 'h2' }, content: 'other' })).resolves.toBe('changed');
    await expect(look({ shown: {}, disk: {}, content: 'other' })).resolves.toBe('changed');
  });

  it('is only touched when the file spells the same notebook in another way', async () => {
    const kernelspec = { name: 'python3', display_name: 'Python 3 (ipykernel)' };
    const spelt = notebook('1 + 1', { nbformat_minor: 4, metadata: { language_info: { name: 'python' }, kernelspec } });
    const [cell] = spelt.cells;
    const content = {
      ...spelt,
      cells: [{ ...cell, id: undefined, metadata: { trusted: true }, source: ['1 + ', '1'] }]
    };
    const given = {
      shown: { hash: 'h1' },
      disk: { hash: 'h2' },
      format: 'json',
      model: notebook('1 + 1', { metadata: { kernelspec: { name: 'python3' } } })
    } as const;
    await expect(look({ ...given, content })).resolves.toBe('touched');
    await expect(look({ ...given, content: notebook('1 + 2', { metadata: { kernelspec } }) })).resolves.toBe('changed');
    await expect(look({ ...given, content: notebook('1 + 1', { cells: [], metadata: { kernelspec } }) })).resolves.toBe(
      'changed'
    );
    await expect(
      look({ ...given, content: notebook('1 + 1', { metadata: { kernelspec, tags: ['x'] } }) })
    ).resolves.toBe('changed');
  });

  it('has changed when it is for another kernel', async () => {
    const given = { shown: { hash: 'h1' }, disk: { hash: 'h2' }, format: 'json', model: notebook('1') } as const;
    const content = notebook('1', { metadata: { kernelspec: { name: 'ir' } } });
    await expect(look({ ...given, content })).resolves.toBe('changed');
  });

  it('is compared by content where the server gives no hash', async () => {
    await expect(look({ shown: {}, disk: { last_modified: EARLIER } })).resolves.toBe('touched');
    await expect(look({ shown: {}, disk: {}, content: 'text' })).resolves.toBe('same');
    await expect(look({ shown: {}, disk: {}, model: 'a\nb', content: 'a\r\nb' })).resolves.toBe('same');
  });

  it('is never called the same while it has edits and can’t be compared', async () => {
    const dirty = true;
    await expect(look({ dirty, shown: { hash: 'h1' }, disk: { hash: 'h2' }, content: 'other' })).resolves.toBe(
      'changed'
    );
    await expect(look({ dirty, shown: { hash: 'h1' }, disk: { hash: 'h2' } })).resolves.toBe('touched');
    await expect(look({ dirty, shown: { hash: 'h1' }, disk: { hash: 'h1' } })).resolves.toBe('same');
    await expect(look({ dirty, shown: {}, disk: { last_modified: EARLIER }, content: 'other' })).resolves.toBe(
      'unknown'
    );
  });

  it('is not downloaded for a view that holds no content', async () => {
    const { documents, reads } = page({ shown: {}, disk: { last_modified: EARLIER }, model: '' });
    await expect(documents.onDisk('tour.ipynb')).resolves.toBe('touched');
    expect(reads).toEqual([false]);
  });

  it('is gone, or not known', async () => {
    const missing = Object.assign(new Error('404'), { response: { status: 404 } });
    await expect(look({ shown: {}, disk: missing })).resolves.toBe('gone');
    await expect(look({ shown: {}, disk: new Error('no answer') })).resolves.toBe('unknown');
    await expect(page({ shown: {}, disk: {} }).documents.onDisk('other.ipynb')).resolves.toBe('unknown');
  });
});

it('never reads a file with edits again', async () => {
  const edited = page({ dirty: true, shown: {}, disk: {} });
  await expect(edited.documents.reload(['tour.ipynb'])).resolves.toEqual(['tour.ipynb']);
  expect(edited.reverts()).toBe(0);
  const clean = page({ shown: {}, disk: {} });
  await expect(clean.documents.reload(['tour.ipynb'])).resolves.toEqual([]);
  expect(clean.reverts()).toBe(1);
});
