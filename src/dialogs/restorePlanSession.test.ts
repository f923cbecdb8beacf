import type { Restore, ServerEvent } from '../../contract';
import type { IDatamarkModel } from '../tokens';
import { AWAY, hubStatus } from '../testing/clusterSamples';
import { FakeModel, language, NOW, ONLINE } from '../testing/fakePage';
import {
  sampleClone,
  sampleOperation,
  samplePlan,
  sampleProblem,
  sampleRestore,
  sampleSnapshot
} from '../testing/samples';
import { until } from '../testing/until';
import { RestorePlanSession, type RestoreWay } from './restorePlanSession';

const blocker = { kind: 'clone', object: 'c', message: 'm', fix: 'f', by: null, since: null };
const DELETING = { phase: 'deleting', since: '2026-11-19T15:00:00Z', message: '' } as const;
const planning = sampleRestore({ phase: 'planning', plan: null });
const blocked = sampleRestore({ plan: samplePlan({ blockers: [blocker] }) });
const upsert = (object: Extract<ServerEvent, { type: 'upsert' }>['object']): ServerEvent => ({
  type: 'upsert',
  revision: 1,
  object
});

const sessionOn = (
  makePlan: (way: RestoreWay | null) => Promise<Restore>,
  countChanges: (id: string) => Promise<Restore> = () => Promise.reject(new Error('not asked'))
) => {
  const model = new FakeModel();
  const session = new RestorePlanSession({
    model: model as unknown as IDatamarkModel,
    makePlan,
    countChanges,
    volume: 'home-1a2b3c4d',
    snapshot: 'home.then',
    language
  });
  return { model, session };
};

describe('a plan that is looked at', () => {
  it('follows the server from planning to planned', async () => {
    const { model, session } = sessionOn(() => Promise.resolve(planning));
    await session.plan();
    expect(session.state.state).toBe('planning');
    model.emit(upsert(sampleRestore()));
    expect(session.state.state).toBe('planned');
    model.emit(upsert(sampleRestore({ id: 'another', phase: 'failed' })));
    expect(session.state.state).toBe('planned');
  });

  it('is made anew when what blocks it may have ended, and keeps the blockers in view meanwhile', async () => {
    const makePlan = jest.fn(() => Promise.resolve(blocked));
    const { model, session } = sessionOn(makePlan);
    await session.plan();
    expect(session.state.state).toBe('blocked');
    makePlan.mockResolvedValue(sampleRestore({ id: 'restore-2' }));
    model.emit(upsert(sampleClone()));
    expect(session.state.state).toBe('blocked');
    await new Promise<void>(resolve => {
      session.changed.connect(() => {
        resolve();
      });
    });
    expect(session.state.state).toBe('planned');
    expect(makePlan).toHaveBeenCalledTimes(2);
  });

  it('is not made anew by its own operation, by things that still run, or by another volume', async () => {
    const makePlan = jest.fn(() => Promise.resolve(blocked));
    const { model, session } = sessionOn(makePlan);
    await session.plan();
    const finishedAt = '2026-11-19T15:01:00Z';
    const own = { kind: 'restore' as const, name: 'restore-1', label: '' };
    model.emit(upsert(sampleOperation({ verb: 'restore', object: own, state: 'succeeded', finishedAt })));
    model.emit(upsert(sampleOperation()));
    model.emit(upsert(sampleOperation({ volume: 'other', state: 'succeeded', finishedAt })));
    model.emit({ type: 'remove', revision: 2, kind: 'operation', id: 'operation-1', volume: null });
    expect(makePlan).toHaveBeenCalledTimes(1);
  });

  it('is made anew once its snapshot goes, or events were missed: what was seen may be true no more', async () => {
    const makePlan = jest.fn(() => Promise.resolve(sampleRestore()));
    const { model, session } = sessionOn(makePlan);
    await session.plan();
    model.emit(upsert(sampleSnapshot({ name: 'another', state: DELETING })));
    model.emit(upsert(sampleSnapshot({ name: 'home.then' })));
    expect(makePlan).toHaveBeenCalledTimes(1);
    makePlan.mockRejectedValue(new Error('There is no snapshot home.then.'));
    model.emit(upsert(sampleSnapshot({ name: 'home.then', state: DELETING })));
    expect(session.state.state).toBe('planning');
    await until(() => session.state.state === 'failed');
    expect(makePlan).toHaveBeenCalledTimes(2);

    const other = sessionOn(makePlan);
    makePlan.mockResolvedValue(sampleRestore());
    await other.session.plan();
    other.model.emit({ type: 'reset', epoch: 'e', revision: 9 });
    expect(makePlan).toHaveBeenCalledTimes(4);
  });

  it('tells while the server does not answer, so that nothing outdated is approved', () => {
    const { model, session } = sessionOn(() => Promise.resolve(sampleRestore()));
    const told: (string | null)[] = [];
    session.changed.connect(() => told.push(session.away?.detail ?? null));
    const lost = sampleProblem({ detail: 'The Jupyter server does not answer.' });
    model.connection = { state: 'unreachable', problem: lost, since: NOW, retryAt: null };
    model.changed.emit();
    model.changed.emit();
    model.connection = { state: 'online', status: hubStatus({ freshness: AWAY }) };
    model.changed.emit();
    model.connection = ONLINE;
    model.changed.emit();
    expect(told).toEqual(['The Jupyter server does not answer.', 'The Kubernetes API does not answer.', null]);
  });

  it('shows why an approval was refused until the person looks again', async () => {
    const { session } = sessionOn(() => Promise.resolve(sampleRestore()));
    await session.plan();
    session.refuse(sampleProblem({ detail: 'The plan has expired.' }));
    expect(session.state).toMatchObject({ state: 'failed', detail: 'The plan has expired.' });
    await session.plan();
    expect(session.state.state).toBe('planned');
  });

  it('tells why no plan can be made', async () => {
    const { session } = sessionOn(() => Promise.reject(new Error('The disk is gone.')));
    await session.plan();
    expect(session.state).toMatchObject({ state: 'failed', detail: 'The disk is gone.' });
  });

  it('does not show an old plan while another is made', async () => {
    const { session } = sessionOn(() => Promise.resolve(sampleRestore()));
    await session.plan();
    const again = session.plan();
    expect(session.state.state).toBe('planning');
    await again;
    expect(session.state.state).toBe('planned');
  });

  it('holds the stream until it is disposed', () => {
    const { model, session } = sessionOn(() => Promise.resolve(planning));
    expect(model.holds).toBe(1);
    session.dispose();
    session.dispose();
    expect(model.holds).toBe(0);
  });

  it('is made in another way on demand, and stays with that way', async () => {
    const ways: (RestoreWay | null)[] = [];
    const { session } = sessionOn(way => {
      ways.push(way);
      return Promise.resolve(sampleRestore());
    });
    await session.plan();
    await session.plan('copy');
    await session.plan();
    expect(ways).toEqual([null, 'copy', 'copy']);
  });

  it('has its changes counted on demand, and says why they can’t be', async () => {
    const counted = sampleRestore({ message: 'counted' });
    const answers = [Promise.resolve(counted), Promise.reject(new Error('No pod could be started.'))];
    const asked: string[] = [];
    const { session } = sessionOn(
      () => Promise.resolve(sampleRestore()),
      id => {
        asked.push(id);
        return answers.shift() ?? Promise.reject(new Error('asked too often'));
      }
    );
    await session.count();
    expect(asked).toEqual([]);
    await session.plan();
    await session.count();
    expect(session.state).toMatchObject({ state: 'planned', restore: { message: 'counted' } });
    await session.count();
    expect(asked).toEqual(['restore-1', 'restore-1']);
    expect(session.state).toMatchObject({ state: 'failed', detail: 'No pod could be started.' });
  });
});
