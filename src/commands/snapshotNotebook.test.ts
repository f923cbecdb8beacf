import { problem } from '../../contract';
import { fakePage } from '../testing/fakePage';
import { sampleSnapshot } from '../testing/samples';
import { RefusedError } from './problemOf';
import { NotebookSnapshots } from './snapshotNotebook';

const pending = sampleSnapshot({ state: { phase: 'pending', since: '2026-11-19T14:20:00Z', message: '' } });

const withNotebook = (...args: Parameters<typeof fakePage>) => {
  const page = fakePage(...args);
  page.documents.notebook = 'work/train.ipynb';
  page.documents.list = [
    { path: 'work/train.ipynb', dirty: true },
    { path: 'notes.md', dirty: true }
  ];
  return { ...page, snapshots: new NotebookSnapshots(page.context) };
};

const names = (calls: readonly (readonly unknown[])[]) => calls.map(call => call[0]);

describe('the notebook button', () => {
  it('saves the notebook, and only it, then makes a snapshot that names it', async () => {
    const { snapshots, calls, documents, told } = withNotebook({ createSnapshot: () => Promise.resolve(pending) });
    await expect(snapshots.run({ button: true })).resolves.toEqual({
      outcome: 'started',
      snapshot: pending.name,
      volume: 'home-1a2b3c4d'
    });
    expect(documents.saved).toEqual(['work/train.ipynb']);
    expect(calls).toEqual([['createSnapshot', 'home-1a2b3c4d', { note: '', notebook: 'work/train.ipynb' }, 'key-1']]);
    expect(told).toEqual([`snapshot ${pending.name}`]);
  });

  it('makes nothing twice when it is clicked twice at once', async () => {
    const { snapshots, calls, told } = withNotebook({ createSnapshot: () => Promise.resolve(pending) });
    const answers = await Promise.all([snapshots.run({}), snapshots.run({})]);
    expect(answers.map(answer => answer.outcome)).toEqual(['started', 'already-running']);
    expect(names(calls)).toEqual(['createSnapshot']);
    expect(told.join()).toContain('Nothing was made twice.');
  });

  it('says so until the first one is ready, then makes another', async () => {
    const { snapshots, calls, model } = withNotebook({ createSnapshot: () => Promise.resolve(pending) });
    await snapshots.run({});
    await expect(snapshots.run({})).resolves.toEqual({ outcome: 'already-running', volume: 'home' });
    model.finishSnapshot(sampleSnapshot());
    await Promise.resolve();
    await Promise.resolve();
    await expect(snapshots.run({})).resolves.toMatchObject({ outcome: 'started' });
    expect(names(calls)).toEqual(['createSnapshot', 'createSnapshot']);
  });

  it('understands that the server is making one already', async () => {
    const running = problem('operation-in-progress', { detail: 'A snapshot runs.', next: 'Wait.' });
    const { snapshots, problems } = withNotebook({ createSnapshot: () => Promise.reject(new RefusedError(running)) });
    await expect(snapshots.run({})).resolves.toEqual({ outcome: 'already-running', volume: 'home' });
    expect(problems).toEqual([]);
  });

  it('makes no snapshot of a notebook that could not be saved, and can be tried again', async () => {
    const { snapshots, calls, documents } = withNotebook({ createSnapshot: () => Promise.resolve(pending) });
    documents.failing = ['work/train.ipynb'];
    await expect(snapshots.run({})).rejects.toThrow('could not be saved');
    expect(calls).toEqual([]);
    documents.failing = [];
    await expect(snapshots.run({})).resolves.toMatchObject({ outcome: 'started' });
  });

  it('saves nothing when that is switched off', async () => {
    const { snapshots, documents } = withNotebook(
      { createSnapshot: () => Promise.resolve(pending) },
      { saveBeforeSnapshot: false }
    );
    await snapshots.run({});
    expect(documents.saved).toEqual([]);
  });

  it('refuses without a notebook and outside of all volumes', async () => {
    const { snapshots, documents, model } = withNotebook();
    documents.notebook = null;
    await expect(snapshots.run({})).rejects.toThrow('No notebook is open.');
    model.volumes = { state: 'ready', items: [] };
    await expect(snapshots.run({ path: 'a.ipynb' })).rejects.toThrow('lies on none of the volumes');
  });
});
