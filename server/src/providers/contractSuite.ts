/**
 * What every provider must do, as tests: the same suite runs on directories and on a cluster. Whatever takes time is
 * awaited in the index, never assumed when a call returns.
 */
import type { Provider } from './provider';
import { untilGone, untilIndexed, untilOver, untilPhase } from '../testing/untilIndexed';
import { IndexedObject, problemSlug, type Clone, type ProblemSlug } from '../../../contract';
import { ProblemError } from '../problemError';

/** A provider under test, with one volume, and the means to look at and change what is on it. */
export interface Subject {
  readonly provider: Provider;
  readonly volume: string;
  write(file: string, content: string): Promise<void>;
  /** Content of a file in a finished clone. */
  readClone(clone: Clone, file: string): Promise<string>;
  dispose(): Promise<void>;
}

/** The problem a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<ProblemSlug | null> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProblemError) {
      return problemSlug(error.problem.type);
    }
    throw error;
  }
  throw new Error('The call was not refused.');
}

const WANTED = { title: 'before cleaning', note: 'why', heldUntil: null, notebook: 'a.ipynb' } as const;
const NO_KEY = { operationKey: null } as const;

/** Registers the suite. `make` gives a started provider of its own for each test. */
export function providerContract(name: string, make: () => Promise<Subject>): void {
  describe(`${name} provider`, () => {
    let subject: Subject;

    beforeEach(async () => {
      subject = await make();
    });

    afterEach(async () => {
      await subject.dispose();
    });

    const readySnapshot = async (title = 'one'): Promise<string> => {
      const { provider, volume } = subject;
      const made = await provider.createSnapshot(volume, { ...WANTED, title }, NO_KEY);
      await untilPhase(provider.index, 'snapshot', made.name, 'ready');
      await untilIndexed(provider.index, 'the operation is over', () =>
        provider.index.all('operation').every(one => one.finishedAt !== null) ? true : undefined
      );
      return made.name;
    };

    it('shows its volume with what can be done with it', () => {
      const { provider, volume } = subject;

      const shown = provider.index.get('volume', volume);

      expect(shown?.can.snapshot).toEqual({ available: true });
      expect(provider.capabilities().snapshot).toEqual({ available: true });
    });

    it('answers a wanted snapshot as pending and shows it ready later', async () => {
      const { provider, volume } = subject;
      await subject.write('a.txt', 'one');

      const made = await provider.createSnapshot(volume, WANTED, NO_KEY);

      expect(made.state.phase).toBe('pending');
      const ready = await untilPhase(provider.index, 'snapshot', made.name, 'ready');
      expect(ready).toMatchObject({ uid: made.uid, title: 'before cleaning', note: 'why', volume, origin: 'datamark' });
      expect((await untilOver(provider.index, made.name)).state).toBe('succeeded');
      expect(provider.index.get('volume', volume)?.snapshotCount).toBe(1);
    });

    it('puts only objects of the contract into the index', async () => {
      await readySnapshot();
      const { index } = subject.provider;

      const objects = (['volume', 'snapshot', 'operation'] as const).flatMap(kind => index.all(kind));

      expect(objects.length).toBeGreaterThanOrEqual(3);
      for (const object of objects) {
        expect(IndexedObject.parse(object)).toEqual(object);
      }
    });

    it('gives the same snapshot for the same operation key', async () => {
      const { provider, volume } = subject;
      const intent = { operationKey: '0123456789abcdef' };
      const first = await provider.createSnapshot(volume, WANTED, intent);

      const second = await provider.createSnapshot(volume, WANTED, intent);

      expect(second.uid).toBe(first.uid);
      await untilPhase(provider.index, 'snapshot', first.name, 'ready');
      expect(provider.index.all('snapshot')).toHaveLength(1);
    });

    it('refuses a second snapshot of a volume while one is made, naming it', async () => {
      const { provider, volume } = subject;
      const first = await provider.createSnapshot(volume, WANTED, NO_KEY);

      const second = provider.createSnapshot(volume, WANTED, NO_KEY);

      await expect(second).rejects.toMatchObject({ problem: { object: first.name, status: 409 } });
      await untilPhase(provider.index, 'snapshot', first.name, 'ready');
    });

    it('refuses what it does not know', async () => {
      const { provider } = subject;

      expect(await refusal(provider.createSnapshot('nowhere', WANTED, NO_KEY))).toBe('volume-not-found');
      expect(await refusal(provider.planSnapshotDelete('nothing'))).toBe('snapshot-not-found');
      expect(await refusal(provider.createClone({ snapshot: 'nothing' }, {}, NO_KEY))).toBe('snapshot-not-found');
      expect(await refusal(provider.planCloneDelete('nothing'))).toBe('clone-not-found');
      expect(await refusal(provider.cancelOperation('nothing'))).toBe('operation-not-found');
    });

    it('changes title, note and hold of the life that was looked at, and of no other', async () => {
      const { provider } = subject;
      const name = await readySnapshot();
      const uid = provider.index.get('snapshot', name)?.uid ?? '';

      const changed = await provider.updateSnapshot(name, { uid, title: 'two', note: '', heldUntil: 'forever' });

      expect(changed).toMatchObject({ title: 'two', note: '', heldUntil: 'forever', heldBy: provider.user });
      expect(provider.index.get('snapshot', name)).toEqual(changed);
      expect(await refusal(provider.updateSnapshot(name, { uid: 'another', title: 'x' }))).toBe('object-changed');
    });

    it('keeps the runs that are written down on the life that was looked at, and on no other', async () => {
      const { provider } = subject;
      const name = await readySnapshot();
      const uid = provider.index.get('snapshot', name)?.uid ?? '';
      expect(provider.runNote?.(name)).toBeUndefined();

      const add = (run: string) => (text: string | undefined) => `${text ?? ''}${run};`;
      await Promise.all(['a', 'b'].map(async run => provider.changeRunNote?.(name, uid, add(run))));
      await provider.updateSnapshot(name, { uid, title: 'two' });
      await provider.changeRunNote?.(name, uid, () => null);

      expect(provider.runNote?.(name)).toMatch(/^(a;b;|b;a;)$/);
      const other = provider.changeRunNote?.(name, 'another', () => 'x') ?? Promise.resolve();
      expect(await refusal(other)).toBe('object-changed');
    });

    it('tells with a snapshot how many runs are written down on it', async () => {
      const { provider } = subject;
      const name = await readySnapshot();
      const uid = provider.index.get('snapshot', name)?.uid ?? '';
      const run = (id: string) => ({ run: id, relation: 'exact', state: 'written', at: '2026-01-02T03:04:05Z' });
      expect(provider.index.get('snapshot', name)).not.toHaveProperty('runs');

      await provider.changeRunNote?.(name, uid, () => JSON.stringify({ runs: [run('a'), run('b')], more: 1 }));

      expect(provider.index.get('snapshot', name)).toMatchObject({ runs: 3 });
    });

    it('refuses to delete a held snapshot and says who holds it and until when', async () => {
      const { provider } = subject;
      const name = await readySnapshot();
      const uid = provider.index.get('snapshot', name)?.uid ?? '';
      await provider.updateSnapshot(name, { uid, heldUntil: '2999-01-01T00:00:00.000Z' });

      const plan = await provider.planSnapshotDelete(name);

      expect(plan.allowed).toBe(false);
      expect(plan.blockers[0]).toMatchObject({ kind: 'held', by: provider.user });
      expect(plan.blockers[0]?.message).toContain('2999-01-01');
      expect(await refusal(provider.deleteSnapshot(name, uid))).toBe('snapshot-held');
      expect(provider.index.get('snapshot', name)?.state.phase).toBe('ready');
    });

    it('deletes a snapshot, of the life that was looked at only', async () => {
      const { provider } = subject;
      const name = await readySnapshot();
      const uid = provider.index.get('snapshot', name)?.uid ?? '';
      expect(await refusal(provider.deleteSnapshot(name, 'another'))).toBe('object-changed');

      const deleting = await provider.deleteSnapshot(name, uid);

      expect(deleting.state.phase).toBe('deleting');
      await untilGone(provider.index, 'snapshot', name);
    });

    it('makes a writable clone that keeps its source after that is deleted', async () => {
      const { provider } = subject;
      await subject.write('a.txt', 'one');
      const name = await readySnapshot();
      await subject.write('a.txt', 'two');

      const made = await provider.createClone({ snapshot: name }, { name: 'sweep-12' }, NO_KEY);
      const clone = await untilPhase(provider.index, 'clone', made.id, 'ready');

      expect(clone.source).toMatchObject({ kind: 'snapshot', name, label: 'one', exists: true });
      expect(await subject.readClone(clone, 'a.txt')).toBe('one');
      await untilOver(provider.index, made.id);
      await provider.deleteSnapshot(name, provider.index.get('snapshot', name)?.uid ?? '');
      await untilGone(provider.index, 'snapshot', name);
      const after = await untilIndexed(provider.index, 'the clone says that its source is gone', () =>
        provider.index.all('clone').find(one => !one.source.exists)
      );
      expect(after.state.phase).toBe('ready');
      expect(await subject.readClone(clone, 'a.txt')).toBe('one');
    });

    it('clones the volume as it is now', async () => {
      const { provider, volume } = subject;
      await subject.write('a.txt', 'now');

      const made = await provider.createClone({ volume }, {}, NO_KEY);
      const clone = await untilPhase(provider.index, 'clone', made.id, 'ready');

      expect(clone.source).toMatchObject({ kind: 'volume', name: volume });
      expect(await subject.readClone(clone, 'a.txt')).toBe('now');
    });

    it('refuses a clone name that is taken', async () => {
      const { provider, volume } = subject;
      const made = await provider.createClone({ volume }, { name: 'sweep' }, NO_KEY);
      await untilPhase(provider.index, 'clone', made.id, 'ready');

      expect(await refusal(provider.createClone({ volume }, { name: 'sweep' }, NO_KEY))).toBe('already-exists');
    });

    it('deletes a clone after telling what is lost', async () => {
      const { provider, volume } = subject;
      await subject.write('a.txt', 'four');
      const made = await provider.createClone({ volume }, { name: 'sweep' }, NO_KEY);
      const clone = await untilPhase(provider.index, 'clone', made.id, 'ready');
      await untilOver(provider.index, made.id);

      const plan = await provider.planCloneDelete(clone.id);
      await provider.deleteClone(clone.id, clone.uid);

      expect(plan).toMatchObject({ allowed: true, object: clone.id, typeToConfirm: 'sweep' });
      await untilGone(provider.index, 'clone', clone.id);
    });

    it('has no operation that is running when all is done', async () => {
      await readySnapshot();

      const states = subject.provider.index.all('operation').map(operation => operation.state);

      expect(states).toEqual(['succeeded']);
    });
  });
}
