import { askFiles } from '../dialogs/chooseFiles';
import { askRestore } from '../dialogs/restorePlan';
import type { RestorePlanSession } from '../dialogs/restorePlanSession';
import { fakePage } from '../testing/fakePage';
import { sampleRestore, sampleSnapshot, sampleVolume } from '../testing/samples';
import { until } from '../testing/until';
import { copyFilesBack } from './copyFilesBack';

jest.mock('../dialogs/chooseFiles', () => ({ askFiles: jest.fn() }));
jest.mock('../dialogs/restorePlan', () => ({ askRestore: jest.fn() }));
jest.mock('../dialogs/restoreProgress', () => ({ showProgress: jest.fn(() => Promise.resolve(null)) }));
const choose = jest.mocked(askFiles);
const ask = jest.mocked(askRestore);

const args = { snapshot: 'home.20261119-140803z-a1b2' };
const planned = sampleRestore({ strategy: 'files', paths: ['a.txt'] });

/** Home is the folder `home` of the file browser; what is selected there and what a person picks is given. */
const page = ({ selected = [] as string[], picked = [] as string[] } = {}) => {
  const made = fakePage({
    snapshot: () => Promise.resolve(sampleSnapshot()),
    createRestore: () => Promise.resolve(planned),
    approveRestore: () => Promise.resolve({ ...planned, phase: 'preparing' })
  });
  const home = sampleVolume({ browsePath: 'home', mountPath: '/home/jovyan' });
  Object.assign(made.model, {
    timeline: { opened: null },
    volumes: { state: 'ready', items: [home, sampleVolume({ id: 'data-1', name: 'data', browsePath: 'home/data' })] }
  });
  const begunIn: string[] = [];
  Object.assign(made.context, {
    selectedPaths: () => selected,
    pickPaths: (folder: string) => {
      begunIn.push(folder);
      return Promise.resolve(picked);
    }
  });
  return { ...made, begunIn };
};

/** A person who waits for the plan and says yes. */
const approve = async (_: unknown, session: RestorePlanSession) => {
  await until(() => session.state.state === 'planned');
  return { answer: 'restore', saveFirst: false } as const;
};

beforeEach(() => {
  choose.mockReset();
  ask.mockReset();
});

it('offers what is selected on the volume of the snapshot, not what lies on another', async () => {
  const { context, calls } = page({ selected: ['home/a.txt', 'home/data/big.bin', 'elsewhere/x'] });
  choose.mockResolvedValueOnce(null);
  await expect(copyFilesBack(context, args)).resolves.toEqual({ outcome: 'cancelled' });
  expect(choose.mock.calls[0]?.[0]).toMatchObject({ text: 'a.txt\n', volumeName: 'home', browser: true });
  expect(calls.map(([method]) => method)).toEqual(['snapshot']);
});

it('adds what is picked in the file browser to what was written, and asks again', async () => {
  const { context, told, begunIn } = page({ picked: ['home/b', 'home/data/big.bin'] });
  choose.mockResolvedValueOnce({ answer: 'add', text: 'a.txt' }).mockResolvedValueOnce(null);
  await copyFilesBack(context, args);
  expect(begunIn).toEqual(['home']);
  expect(choose.mock.calls[1]?.[0].text).toBe('a.txt\nb\n');
  expect(told).toEqual(['Only what lies inside home was added.']);
});

it('adds none of more files than one restore takes, and says so', async () => {
  const many = Array.from({ length: 10_000 }, (_, at) => `home/run-${at}`);
  const { context, told } = page({ selected: many, picked: many });
  choose.mockResolvedValueOnce({ answer: 'add', text: 'a.txt' }).mockResolvedValueOnce(null);
  await copyFilesBack(context, args);
  expect(choose.mock.calls.map(([question]) => question.text)).toEqual(['', 'a.txt\n']);
  expect(told).toEqual(Array(2).fill('At most 500 files and folders at once. Name their folder instead.'));
});

it('shows a plan for exactly these paths, and nothing happens before it is approved', async () => {
  const { context, calls, documents, model } = page();
  documents.list = [{ path: 'home/open.txt', dirty: true } as never];
  choose.mockResolvedValueOnce({ answer: 'paths', paths: ['a.txt'] });
  ask.mockImplementationOnce(approve);
  const done = copyFilesBack(context, args);
  await until(() => model.whenRestoreCalls > 0);
  expect(ask.mock.calls[0]?.[0]).toMatchObject({ files: ['a.txt'], dirty: [], undo: false });
  expect(calls.slice(1).map(([method, body]) => [method, body])).toEqual([
    ['createRestore', { snapshot: args.snapshot, strategy: 'files', paths: ['a.txt'] }],
    ['approveRestore', 'restore-1']
  ]);
  model.finishRestore({ ...planned, phase: 'succeeded', target: 'restored-1' });
  await expect(done).resolves.toMatchObject({ outcome: 'done', state: 'succeeded', target: 'restored-1' });
  // Nothing was replaced, so that no open file is looked at.
  expect(documents.reloaded).toEqual([]);
});

it('refuses paths that lead out of the volume', async () => {
  const { context, calls } = page();
  await expect(copyFilesBack(context, { ...args, paths: ['../x'] })).rejects.toMatchObject({
    problem: { title: expect.any(String) as string }
  });
  expect(calls).toEqual([]);
});
