import { problem, type Restore } from '../../contract';
import { askRestore } from '../dialogs/restorePlan';
import { showProgress } from '../dialogs/restoreProgress';
import type { RestorePlanSession } from '../dialogs/restorePlanSession';
import { fakePage } from '../testing/fakePage';
import { samplePlan, sampleRestore, sampleSnapshot, sampleVolume } from '../testing/samples';
import { until } from '../testing/until';
import { RefusedError } from './problemOf';
import { restoreSnapshot, undoRestore } from './restoreCommands';
import { tellFollowed } from './restoreWithStop';

// What a person answers; the dialogs themselves have their own tests.
jest.mock('../dialogs/restorePlan', () => ({ askRestore: jest.fn() }));
jest.mock('../dialogs/restoreProgress', () => ({ showProgress: jest.fn(() => Promise.resolve(null)) }));
const ask = jest.mocked(askRestore);

/** A person who waits for the plan and then answers. */
const answerWhenPlanned =
  (answer: Awaited<ReturnType<typeof askRestore>>) => async (_: unknown, session: RestorePlanSession) => {
    await until(() => session.state.state === 'planned');
    return answer;
  };

const RESTORE = { answer: 'restore', saveFirst: false } as const;
const args = { snapshot: 'home.20261119-140803z-a1b2' };

const page = (answers: Parameters<typeof fakePage>[0] = {}) => {
  const made = fakePage({
    snapshot: () => Promise.resolve(sampleSnapshot()),
    createRestore: () => Promise.resolve(sampleRestore()),
    approveRestore: () => Promise.resolve(sampleRestore({ phase: 'securing' })),
    ...answers
  });
  const timeline: { opened: string | null } = { opened: null };
  Object.assign(made.model, { timeline });
  return { ...made, timeline };
};
const names = (calls: readonly (readonly unknown[])[]) => calls.map(call => call[0]);

beforeEach(() => {
  ask.mockReset();
});

describe('a restore', () => {
  it('is approved only after a person has seen the plan', async () => {
    const { context, calls, model, told } = page();
    ask.mockImplementationOnce(answerWhenPlanned(RESTORE));
    const done = restoreSnapshot(context, { ...args, confirm: false, force: true });
    await until(() => told.includes('restore restore-1'));
    expect(ask).toHaveBeenCalledTimes(1);
    expect(calls.at(-1)).toEqual(['approveRestore', 'restore-1', 'uid-restore']);
    model.finishRestore(sampleRestore({ phase: 'succeeded', safetySnapshot: 'home.safety' }));
    await expect(done).resolves.toEqual({
      outcome: 'done',
      restore: 'restore-1',
      state: 'succeeded',
      safetySnapshot: 'home.safety'
    });
    expect(model.holds).toBe(0);
    expect(showProgress).toHaveBeenCalled();
    expect([...context.followed]).toEqual(['restore-1']);
  });

  it('changes nothing when it is cancelled', async () => {
    const { context, calls, model } = page();
    ask.mockImplementationOnce(answerWhenPlanned(null));
    await expect(restoreSnapshot(context, args)).resolves.toEqual({ outcome: 'cancelled' });
    expect(names(calls)).toEqual(['snapshot', 'createRestore']);
    expect(model.holds).toBe(0);
  });

  it('says in the dialog that the approved plan has expired, and plans anew only when a person looks again', async () => {
    const expired = new RefusedError(problem('plan-expired', { detail: 'The plan has expired.', next: '' }));
    const { context, calls } = page({ approveRestore: () => Promise.reject(expired) });
    ask.mockImplementationOnce(answerWhenPlanned(RESTORE)).mockImplementationOnce((_, session) => {
      expect(session.state).toMatchObject({ state: 'failed', detail: 'The plan has expired.' });
      return Promise.resolve(null);
    });
    await expect(restoreSnapshot(context, args)).resolves.toEqual({ outcome: 'cancelled' });
    expect(ask).toHaveBeenCalledTimes(2);
    expect(names(calls)).toEqual(['snapshot', 'createRestore', 'approveRestore']);
  });

  it('shows by a new plan what has come in the way of the approved one', async () => {
    const blocked = new RefusedError(problem('restore-blocked', { detail: 'A clone is being made.', next: '' }));
    const { context, calls } = page({ approveRestore: () => Promise.reject(blocked) });
    ask.mockImplementationOnce(answerWhenPlanned(RESTORE)).mockImplementationOnce(answerWhenPlanned(null));
    await expect(restoreSnapshot(context, args)).resolves.toEqual({ outcome: 'cancelled' });
    expect(names(calls)).toEqual(['snapshot', 'createRestore', 'approveRestore', 'createRestore']);
  });

  it('does not begin when open files could not be saved first', async () => {
    const { context, calls, documents, problems } = page();
    documents.list = [{ path: 'a.ipynb', dirty: true }];
    documents.failing = ['a.ipynb'];
    ask.mockImplementationOnce(answerWhenPlanned({ answer: 'restore', saveFirst: true }));
    await expect(restoreSnapshot(context, args)).resolves.toEqual({ outcome: 'cancelled' });
    expect(names(calls)).not.toContain('approveRestore');
    expect(problems[0]?.detail).toBe('Could not be saved first: a.ipynb.');
  });

  it('does not begin when approving it fails for another reason', async () => {
    const locked = new RefusedError(problem('store-locked', { detail: 'Another server works here.', next: '' }));
    const { context } = page({ approveRestore: () => Promise.reject(locked) });
    ask.mockImplementationOnce(answerWhenPlanned(RESTORE));
    await expect(restoreSnapshot(context, args)).rejects.toThrow('Another server works here.');
  });
});

describe('a restore that stops this page’s server', () => {
  const stopping = (change: Partial<Restore> = {}) =>
    sampleRestore({ strategy: 'swap', plan: samplePlan({ stopsServer: true }), ...change });

  it('saves open files of every volume first, because the page loses all of them', async () => {
    const { context, model, documents, told } = page({
      createRestore: () => Promise.resolve(stopping()),
      approveRestore: () => Promise.resolve(stopping({ phase: 'preparing' }))
    });
    model.volumes = { state: 'ready', items: [sampleVolume({ browsePath: 'home' })] };
    documents.list = [
      { path: 'home/a.ipynb', dirty: true },
      { path: 'shared/b.ipynb', dirty: true },
      { path: 'shared/clean.ipynb', dirty: false }
    ];
    ask.mockImplementationOnce(answerWhenPlanned({ answer: 'restore', saveFirst: true }));
    const done = restoreSnapshot(context, args);
    await until(() => told.includes('restore restore-1'));
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ dirty: ['home/a.ipynb'], dirtyElsewhere: ['shared/b.ipynb'] });
    expect(documents.saved).toEqual(['home/a.ipynb', 'shared/b.ipynb']);
    model.finishRestore(stopping({ phase: 'cancelled' }));
    await until(() => model.whenRestoreCalls > 1);
    model.finishRestore(stopping({ phase: 'cancelled' }));
    await done;
  });

  const begin = async () => {
    const made = page({
      createRestore: () => Promise.resolve(stopping()),
      approveRestore: () => Promise.resolve(stopping({ phase: 'preparing' })),
      restore: () => Promise.resolve(stopping({ phase: 'succeeded' }))
    });
    ask.mockImplementationOnce(answerWhenPlanned(RESTORE));
    const done = restoreSnapshot(made.context, args);
    await until(() => made.told.includes('restore restore-1'));
    return { ...made, done };
  };

  it('stops it only once all is prepared, waits for it to be back, and loads the page again', async () => {
    const { model, server } = await begin();
    expect(server.done).toEqual([]);
    server.sightings = ['gone', 'back'];
    model.finishRestore(stopping({ phase: 'waiting' }));
    await until(() => server.done.includes('reload'));
    expect(server.done).toEqual(['stop', 'reload']);
    expect(server.sightings).toEqual([]);
    expect(server.followed).toBe('restore-1');
    expect(model.stoppedFor).toBe('restore-1');
  });

  it('does not stop it when the restore is refused while it is prepared', async () => {
    const { model, server, done } = await begin();
    model.finishRestore(stopping({ phase: 'rolled-back' }));
    await until(() => server.done.length > 0 || model.whenRestoreCalls > 1);
    model.finishRestore(stopping({ phase: 'rolled-back' }));
    await expect(done).resolves.toMatchObject({ state: 'rolled-back' });
    expect(server).toMatchObject({ done: [], followed: null });
  });

  it('says so when it can’t be stopped, and goes on following', async () => {
    const { model, server, done, problems, told } = await begin();
    server.refusal = new Error('The server refused.');
    model.finishRestore(stopping({ phase: 'waiting' }));
    await until(() => problems.length > 0);
    expect(told).toContain('Your server was not stopped');
    expect(problems[0]?.next).toContain('The restore of home waits.');
    expect(server.followed).toBeNull();
    expect(model.stoppedFor).toBeNull();
    await until(() => model.whenRestoreCalls > 1);
    model.finishRestore(stopping({ phase: 'cancelled' }));
    await expect(done).resolves.toMatchObject({ state: 'cancelled' });
  });

  it('is told of after the page was loaded again, once', async () => {
    const { context, model, server, told } = page();
    await tellFollowed(context);
    expect([told, model.whenRestoreCalls]).toEqual([[], 0]);
    server.followed = 'restore-1';
    const done = tellFollowed(context);
    // A page that is loaded once more before the server answers tells it all the same.
    expect(server.followed).toBe('restore-1');
    model.finishRestore(stopping({ phase: 'succeeded' }));
    await done;
    expect(told).toEqual(['restore restore-1']);
    expect(server.followed).toBeNull();
  });
});

describe('an undo', () => {
  const undoable = (id: string, createdAt: string) =>
    sampleRestore({ id, createdAt, phase: 'succeeded', undo: { possible: true, until: null } });

  it('takes the newest restore that can be undone, and asks', async () => {
    const restores = [
      undoable('old', '2026-11-18T10:00:00Z'),
      undoable('new', '2026-11-19T10:00:00Z'),
      sampleRestore({ id: 'newest', createdAt: '2026-11-19T11:00:00Z' })
    ];
    const { context, calls } = page({
      restores: () => Promise.resolve(restores),
      undoRestore: () => Promise.resolve(sampleRestore())
    });
    ask.mockImplementationOnce(answerWhenPlanned(null));
    await undoRestore(context, {});
    expect(calls).toEqual([['restores'], ['undoRestore', 'new', 'key-1']]);
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ undo: true, volumeName: 'home' });
  });

  it('takes the restore whose row is open, unless that one can not be undone', async () => {
    const restores = [
      undoable('old', '2026-11-18T10:00:00Z'),
      undoable('new', '2026-11-19T10:00:00Z'),
      sampleRestore({ id: 'never', createdAt: '2026-11-19T11:00:00Z' })
    ];
    const { context, calls, model, timeline } = page({
      restores: () => Promise.resolve(restores),
      undoRestore: () => Promise.resolve(sampleRestore())
    });
    model.restores = { state: 'ready', items: restores };
    ask.mockImplementation(answerWhenPlanned(null));
    timeline.opened = 'restore:old';
    await undoRestore(context, {});
    timeline.opened = 'restore:never';
    await undoRestore(context, {});
    expect(calls.filter(([method]) => method === 'undoRestore').map(call => call[1])).toEqual(['old', 'new']);
  });

  it('says why there is none', async () => {
    const { context } = page({ restores: () => Promise.resolve([sampleRestore()]) });
    await expect(undoRestore(context, {})).rejects.toThrow('No restore here can be undone.');
    await expect(undoRestore(context, { restore: 'restore-1' })).rejects.toThrow('It has not ended.');
    await expect(undoRestore(context, { restore: 'none' })).rejects.toThrow('There is no restore none.');
    expect(ask).not.toHaveBeenCalled();
  });
});
