/** What is held comes to what the server holds, in whatever order watch, lists and answers to own writes come in. */
import * as fc from 'fast-check';
import { FeedStore, type StoredObject } from './feedStore';

const object = (resourceVersion: number, uid = 'one', name = 'a'): StoredObject => ({
  metadata: { name, uid, resourceVersion: String(resourceVersion) }
});

const versions = (store: FeedStore<StoredObject>): string[] =>
  [...store.all()].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();

it('never goes back to an older state, whatever comes late', () => {
  const store = new FeedStore<StoredObject>(() => undefined);
  store.upsert(object(9));
  store.written(object(8));
  store.upsert(object(10));
  store.upsert(object(9));
  expect(versions(store)).toEqual(['a one 10']);
});

it('does not bring back what was deleted when the answer to a write comes late', () => {
  const store = new FeedStore<StoredObject>(() => undefined);
  store.upsert(object(5));
  store.delete(object(7));
  store.written(object(6));
  expect(versions(store)).toEqual([]);
});

it('takes a new life of a name, also when the old one’s end is told late', () => {
  const store = new FeedStore<StoredObject>(() => undefined);
  store.upsert(object(5));
  store.written(object(8, 'two'));
  store.delete(object(7));
  expect(versions(store)).toEqual(['a two 8']);
});

it('keeps what was written after a list was read, and drops what the list does not have', () => {
  const store = new FeedStore<StoredObject>(() => undefined);
  store.upsert(object(3, 'old', 'old'));
  store.written(object(12, 'new', 'new'));
  store.written(object(6, 'gone', 'gone'));
  store.replace([object(9)], '10');
  expect(versions(store)).toEqual(['a one 9', 'new new 12']);
});

it('tells each change once', () => {
  const told: string[] = [];
  const store = new FeedStore<StoredObject>(name => told.push(name));
  store.written(object(5));
  store.upsert(object(5));
  store.replace([object(5)], '6');
  store.delete(object(7));
  expect(told).toEqual(['a', 'a']);
});

it('comes to the server’s state for every interleaving of the watch and late answers', () => {
  const step = fc.record({ name: fc.constantFrom('a', 'b'), act: fc.constantFrom('write', 'delete') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.array(fc.nat(11)), (steps, delays) => {
      const server = new Map<string, StoredObject>();
      const told: { late: StoredObject | null; act: (store: FeedStore<StoredObject>) => void }[] = [];
      let version = 0;
      for (const { name, act } of steps) {
        version += 1;
        const before = server.get(name);
        if (act === 'write') {
          const next = object(version, before?.metadata.uid ?? `uid-${version}`, name);
          server.set(name, next);
          told.push({ late: next, act: store => store.upsert(next) });
        } else if (before !== undefined) {
          const last = object(version, before.metadata.uid, name);
          server.delete(name);
          told.push({ late: null, act: store => store.delete(last) });
        }
      }
      const store = new FeedStore<StoredObject>(() => undefined);
      const late = told.map((one, at) => ({ answer: one.late, due: at + (delays[at] ?? 0) }));
      told.forEach((one, at) => {
        late.filter(({ due }) => due === at).forEach(({ answer }) => answer !== null && store.written(answer));
        one.act(store);
      });
      late.filter(({ due }) => due >= told.length).forEach(({ answer }) => answer !== null && store.written(answer));
      expect(versions(store)).toEqual(versionsOf(server));
    }),
    { numRuns: 500 }
  );
});

const versionsOf = (server: Map<string, StoredObject>): string[] =>
  [...server.values()].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();
