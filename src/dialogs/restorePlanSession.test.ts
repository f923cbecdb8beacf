import type { Restore, ServerEvent } from '../../contract';
import type { IDatamarkModel } from '../tokens';
import { FakeModel, language } from '../testing/fakePage';
import { sampleClone, sampleOperation, samplePlan, sampleRestore } from '../testing/samples';
import { RestorePlanSession } from './restorePlanSession';

const blocker = { kind: 'clone', object: 'c', message: 'm', fix: 'f', by: null, since: null };
const planning = sampleRestore({ phase: 'planning', plan: null });
const blocked = sampleRestore({ plan: samplePlan({ blockers: [blocker] }) });
const upsert = (object: Extract<ServerEvent, { type: 'upsert' }>['object']): ServerEvent => ({
  type: 'upsert',
  revision: 1,
  object
});

const sessionOn = (makePlan: () => Promise<Restore>) => {
  const model = new FakeModel();
  const session = new RestorePlanSession({
    model: model as unknown as IDatamarkModel,
    makePlan,
    volume: 'home-1a2b3c4d',
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
});
