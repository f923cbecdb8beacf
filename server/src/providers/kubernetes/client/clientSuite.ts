/**
 * What the client promises on any API server: run on the stand-in by client.test.ts, and on a real one by the cluster
 * tests, so that the stand-in can't answer as no API server does.
 */
import { z } from 'zod';
import { until } from '../../../testing/until';
import { KubernetesError, type KubernetesApi, type WatchHealth } from './kubernetesApi';

export interface ClientBed {
  readonly api: KubernetesApi;
  /** Empty of objects with the labels of this suite, and writable. */
  readonly namespace: string;
  stop(): Promise<void>;
}

const ConfigMap = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({})
});
type ConfigMap = z.infer<typeof ConfigMap>;
const Named = z.object({ metadata: z.object({ name: z.string() }) });
const Anything = z.looseObject({});

/** Declares the tests. */
export function clientSuite(openBed: () => Promise<ClientBed>): void {
  let bed: ClientBed;
  let path: string;
  /** A label of each test's own. */
  let test = 0;

  beforeAll(async () => {
    bed = await openBed();
    path = `/api/v1/namespaces/${bed.namespace}/configmaps`;
  });
  afterAll(() => bed.stop());
  beforeEach(() => test++);

  const draft = (name: string, labels: Record<string, string> = {}, data: Record<string, string> = {}): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-${test}`, labels: { suite: `test-${test}`, ...labels } },
    data
  });
  const create = (...parts: Parameters<typeof draft>): Promise<ConfigMap> =>
    bed.api.request({ method: 'POST', path, body: draft(...parts), schema: ConfigMap });
  const remove = (name: string, body?: object): Promise<unknown> =>
    bed.api.request({ method: 'DELETE', path: `${path}/${name}`, body, schema: Anything });
  const failure = async (call: Promise<unknown>): Promise<KubernetesError> => {
    const error: unknown = await call.then(
      () => null,
      (reason: unknown) => reason
    );
    if (!(error instanceof KubernetesError)) {
      throw new Error(`It did not fail with a KubernetesError: ${String(error)}`);
    }
    return error;
  };

  describe('calls', () => {
    it('create, read, change and delete an object', async () => {
      const created = await create('one', {}, { a: '1' });
      const one = `${path}/${created.metadata.name}`;
      expect(await bed.api.request({ path: one, schema: ConfigMap })).toEqual(created);

      const changed = await bed.api.request({
        method: 'PATCH',
        path: one,
        body: { data: { b: '2' } },
        schema: ConfigMap
      });
      expect(changed.data).toEqual({ a: '1', b: '2' });
      expect(changed.metadata.uid).toBe(created.metadata.uid);
      const cleared = await bed.api.request({
        method: 'PATCH',
        path: one,
        body: { data: { a: null } },
        schema: ConfigMap
      });
      expect(cleared.data).toEqual({ b: '2' });

      await remove(created.metadata.name);
      expect(await failure(bed.api.request({ path: one, schema: ConfigMap }))).toMatchObject({
        status: 404,
        reason: 'NotFound'
      });
    });

    it('say that a name is taken', async () => {
      await create('taken');
      expect(await failure(create('taken'))).toMatchObject({ status: 409, reason: 'AlreadyExists' });
    });

    it('write nothing in a dry run', async () => {
      const planned = await bed.api.request({
        method: 'POST',
        path,
        query: { dryRun: 'All' },
        body: draft('planned'),
        schema: Named
      });
      const error = await failure(bed.api.request({ path: `${path}/${planned.metadata.name}`, schema: ConfigMap }));
      expect(error.reason).toBe('NotFound');
    });

    it('delete only the life of an object that was meant', async () => {
      const { metadata } = await create('life');
      const other = '00000000-0000-4000-8000-000000000000';
      expect(await failure(remove(metadata.name, { preconditions: { uid: other } }))).toMatchObject({
        status: 409,
        reason: 'Conflict'
      });
      await remove(metadata.name, { preconditions: { uid: metadata.uid } });
    });

    it('change only the life and the version of an object that was meant', async () => {
      const { metadata } = await create('version');
      const change = (fields: object): Promise<ConfigMap> =>
        bed.api.request({
          method: 'PATCH',
          path: `${path}/${metadata.name}`,
          body: { metadata: fields, data: { seen: 'yes' } },
          schema: ConfigMap
        });
      expect(await failure(change({ uid: '00000000-0000-4000-8000-000000000000' }))).toMatchObject({
        status: 409,
        reason: 'Conflict'
      });
      await change({ uid: metadata.uid, resourceVersion: metadata.resourceVersion });
      expect(await failure(change({ resourceVersion: metadata.resourceVersion }))).toMatchObject({
        status: 409,
        reason: 'Conflict'
      });
    });

    it('say that a kind of object is not installed', async () => {
      const call = bed.api.request({ path: '/apis/nothing.example.org/v1/things', schema: Anything });
      expect(await failure(call)).toMatchObject({ status: 404, reason: 'NotFound' });
    });

    it('tell an answer of another shape apart', async () => {
      const call = bed.api.request({ path: '/version', schema: z.object({ gitVersion: z.number() }) });
      const error = await failure(call);
      expect(error.reason).toBe('UnexpectedAnswer');
      expect(error.message).toContain('gitVersion');
    });

    it('refuse a path with a missing name before anything is sent', async () => {
      expect((await failure(remove(''))).reason).toBe('InvalidPath');
      expect((await failure(remove('..'))).reason).toBe('InvalidPath');
    });

    it('take a name for a name, whatever is in it', async () => {
      const { metadata } = await create('plain');
      expect((await failure(bed.api.request({ path: `${path}/${metadata.name}?x=y`, schema: ConfigMap }))).status).toBe(
        404
      );
      expect(
        (await failure(bed.api.request({ path: `${path}/${metadata.name}%2F..`, schema: ConfigMap }))).status
      ).not.toBe(200);
    });

    it('end when they are aborted', async () => {
      const abort = new AbortController();
      const call = bed.api.request({ path, schema: Anything, signal: abort.signal });
      abort.abort();
      expect(await failure(call)).toMatchObject({ status: 0, reason: 'Aborted' });
    });
  });

  describe('lists', () => {
    it('are read page by page and tell how far they are', async () => {
      const names: string[] = [];
      for (let index = 0; index < 7; index++) {
        names.push((await create(`page-${index}`)).metadata.name);
      }
      const progress: number[] = [];
      const labelSelector = `suite=test-${test}`;
      const list = await bed.api.list({
        path,
        labelSelector,
        item: ConfigMap,
        pageSize: 3,
        progress: read => progress.push(read)
      });
      expect(list.items.map(item => item.metadata.name)).toEqual(names);
      expect(progress).toEqual([3, 6, 7]);
      expect(Number(list.resourceVersion)).toBeGreaterThan(0);
    });

    it('are narrowed by labels and by fields', async () => {
      await create('red', { colour: 'red' });
      const blue = await create('blue', { colour: 'blue' });
      const names = async (selectors: { labelSelector?: string; fieldSelector?: string }): Promise<string[]> =>
        (await bed.api.list({ path, item: ConfigMap, ...selectors })).items.map(item => item.metadata.name);
      const mine = `suite in (test-${test},test-none)`;
      expect(await names({ labelSelector: `${mine},colour in (blue,green)` })).toEqual([blue.metadata.name]);
      expect(await names({ labelSelector: `${mine},colour!=red` })).toEqual([blue.metadata.name]);
      expect(await names({ labelSelector: `${mine},!colour` })).toEqual([]);
      expect(await names({ fieldSelector: `metadata.name=${blue.metadata.name}` })).toEqual([blue.metadata.name]);
    });
  });

  describe('watches', () => {
    it('tell what is there and then what happens', async () => {
      const known = new Map<string, ConfigMap>();
      const health: WatchHealth['state'][] = [];
      const first = await create('first');
      const watch = bed.api.watch({
        path,
        labelSelector: `suite=test-${test},!hidden`,
        item: ConfigMap,
        replaced: items => {
          known.clear();
          items.forEach(item => known.set(item.metadata.name, item));
        },
        upserted: item => known.set(item.metadata.name, item),
        deleted: item => known.delete(item.metadata.name),
        health: ({ state }) => health.push(state)
      });
      await watch.listed;
      expect([...known.keys()]).toEqual([first.metadata.name]);

      const second = await create('second');
      await until(() => known.has(second.metadata.name));
      const patch = (name: string, body: object): Promise<unknown> =>
        bed.api.request({ method: 'PATCH', path: `${path}/${name}`, body, schema: Anything });
      await patch(second.metadata.name, { data: { changed: 'yes' } });
      await until(() => known.get(second.metadata.name)?.data['changed'] === 'yes');
      // What the selector does not match any more is gone for this watch.
      await patch(second.metadata.name, { metadata: { labels: { hidden: 'yes' } } });
      await until(() => !known.has(second.metadata.name));
      await remove(first.metadata.name);
      await until(() => known.size === 0);
      expect(health).toEqual(['current']);

      await watch.stop();
      const third = await create('third');
      await patch(third.metadata.name, { data: { changed: 'yes' } });
      expect(known.size).toBe(0);
    });
  });
}
