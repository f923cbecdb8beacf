import { showDialog } from '@jupyterlab/apputils';
import { fakePage } from '../testing/fakePage';
import { samplePlan, sampleRestore } from '../testing/samples';
import { stopForRestore } from './restoreWithStop';
import { stopServer } from './stopServer';

jest.mock('@jupyterlab/apputils', () => ({
  ...jest.requireActual<object>('@jupyterlab/apputils'),
  showDialog: jest.fn()
}));
jest.mock('./restoreWithStop', () => ({ stopForRestore: jest.fn(() => Promise.resolve()) }));
const ask = jest.mocked(showDialog);
const stop = jest.mocked(stopForRestore);

const waiting = sampleRestore({ phase: 'waiting', strategy: 'swap', plan: samplePlan({ stopsServer: true }) });
const page = (restores = [waiting]) =>
  fakePage({ restores: () => Promise.resolve(restores), operations: () => Promise.resolve([]) });
const answers = (accept: boolean) =>
  ask.mockResolvedValueOnce({ button: { accept }, isChecked: null, value: null } as never);

beforeEach(() => {
  ask.mockReset();
  stop.mockClear();
});

it('stops the server for the restore that waits for it, without another question', async () => {
  const { context, model } = page();
  await expect(stopServer(context, { restore: waiting.id })).resolves.toEqual({
    outcome: 'done',
    restore: waiting.id
  });
  expect(stop).toHaveBeenCalledWith(context, waiting);
  expect(ask).not.toHaveBeenCalled();
  expect(model.holds).toBe(0);
});

it('stops nothing when no restore waits any more', async () => {
  const { context } = page([{ ...waiting, phase: 'cancelled' }]);
  await expect(stopServer(context, {})).rejects.toMatchObject({
    problem: { detail: 'No restore waits for this server.' }
  });
  expect(stop).not.toHaveBeenCalled();
});

it('saves unsaved edits first, on every volume; no is no', async () => {
  const { context, documents } = page();
  documents.list = [
    { path: 'a.ipynb', dirty: true },
    { path: 'b.ipynb', dirty: false }
  ];
  answers(false);
  await expect(stopServer(context, {})).resolves.toEqual({ outcome: 'cancelled' });
  expect([documents.saved, stop.mock.calls]).toEqual([[], []]);
  answers(true);
  await stopServer(context, {});
  expect(documents.saved).toEqual(['a.ipynb']);
  expect(stop).toHaveBeenCalledTimes(1);
});

it('does not stop a server with edits that could not be saved', async () => {
  const { context, documents } = page();
  documents.list = [{ path: 'a.ipynb', dirty: true }];
  documents.failing = ['a.ipynb'];
  answers(true);
  await expect(stopServer(context, {})).rejects.toMatchObject({
    problem: { detail: 'Could not be saved first: a.ipynb.' }
  });
  expect(stop).not.toHaveBeenCalled();
});
