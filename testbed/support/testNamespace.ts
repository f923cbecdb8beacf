// A namespace of one test file: objects in it by their names, waiting for their state, tokens of its accounts.
import { randomBytes } from 'node:crypto';
import type { Account, Kind } from './account';
import { OF_THIS_FILE } from './formerTests';
import { at, textAt, type KubernetesObject } from './kubernetesObject';
import type { TestCluster } from './testCluster';
import { waitUntil, type WaitOptions } from './waitUntil';

/** Objects of one namespace, asked as one account (first the administrator). */
export class TestNamespace {
  private constructor(
    readonly cluster: TestCluster,
    readonly name: string,
    readonly account: Account
  ) {}

  /** Makes a namespace `dm-<name>-<random>` and waits for its default service account. */
  static async create(cluster: TestCluster, name: string): Promise<TestNamespace> {
    const namespace = new TestNamespace(cluster, `dm-${name}-${randomBytes(3).toString('hex')}`, cluster.admin);
    const metadata = { name: namespace.name, labels: { ...OF_THIS_FILE } };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    await waitUntil(`the default service account of ${namespace.name}`, () =>
      namespace.find('ServiceAccount', 'default')
    );
    return namespace;
  }

  /** One that is there, and that no test removes. */
  static existing(cluster: TestCluster, name: string): TestNamespace {
    return new TestNamespace(cluster, name, cluster.admin);
  }

  /** The same namespace asked by somebody else: `namespace.as(token)`. */
  as(token: string): TestNamespace {
    return new TestNamespace(this.cluster, this.name, this.account.withToken(token));
  }

  /** Creates objects here, in order; returns the last. */
  async create(...objects: [KubernetesObject, ...KubernetesObject[]]): Promise<KubernetesObject> {
    const [first, ...rest] = objects;
    let made = await this.account.create(this._here(first));
    for (const object of rest) {
      made = await this.account.create(this._here(object));
    }
    return made;
  }

  /** Creates or changes an object here. */
  apply(object: KubernetesObject): Promise<KubernetesObject> {
    return this.account.apply(this._here(object));
  }

  /** The object; throws Refused 404 if there is none. */
  get(kind: Kind, name: string): Promise<KubernetesObject> {
    return this.account.get(kind, name, this.name);
  }

  /** The object, or undefined. */
  find(kind: Kind, name: string): Promise<KubernetesObject | undefined> {
    return this.account.find(kind, name, this.name);
  }

  /** All objects of a kind here. */
  list(kind: Kind, query = ''): Promise<KubernetesObject[]> {
    return this.account.list(kind, this.name, query);
  }

  /** Changes an object by a merge patch; `part` names a subresource ("/status"). */
  patch(kind: Kind, name: string, change: unknown, part = ''): Promise<KubernetesObject> {
    return this.account.patch(kind, name, change, this.name, part);
  }

  /** Deletes an object; returns before its finalizers are done (see waitUntilGone). */
  delete(kind: Kind, name: string, options: Record<string, unknown> = {}): Promise<void> {
    return this.account.delete(kind, name, this.name, options);
  }

  /** Waits until the object exists and `holds` for it; returns it. */
  waitFor(
    kind: Kind,
    name: string,
    what: string,
    holds: (object: KubernetesObject) => boolean,
    options?: WaitOptions
  ): Promise<KubernetesObject> {
    return waitUntil(
      `${kind} ${name}: ${what}`,
      async () => {
        const object = await this.find(kind, name);
        return object && holds(object) ? object : undefined;
      },
      options
    ).catch(async (error: unknown) => {
      const object = await this.find(kind, name).catch(() => undefined);
      const status = JSON.stringify(object?.status);
      throw new Error(`${String(error)}; its status is ${status}\n${await this._lastEvents()}`, { cause: error });
    });
  }

  /** Waits until the object is gone. */
  async waitUntilGone(kind: Kind, name: string, options?: WaitOptions): Promise<void> {
    await waitUntil(`${kind} ${name} to be gone`, async () => !(await this.find(kind, name)), options);
  }

  /** Waits until the claim is bound. */
  waitUntilBound(claim: string, options?: WaitOptions): Promise<KubernetesObject> {
    return this.waitFor(
      'PersistentVolumeClaim',
      claim,
      'bound',
      one => at(one, 'status', 'phase') === 'Bound',
      options
    );
  }

  /** Waits until the snapshot can be used. */
  waitUntilReady(snapshot: string, options?: WaitOptions): Promise<KubernetesObject> {
    const ready = (one: KubernetesObject) => at(one, 'status', 'readyToUse') === true;
    return this.waitFor('VolumeSnapshot', snapshot, 'ready', ready, options);
  }

  /** A token of a service account, bound to a pod if one is named: what the pod's own token is. */
  async token(
    serviceAccount: string,
    { pod, seconds = 3600 }: { pod?: string; seconds?: number } = {}
  ): Promise<string> {
    const bound = pod === undefined ? undefined : await this.get('Pod', pod);
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        expirationSeconds: seconds,
        ...(bound === undefined
          ? {}
          : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod, uid: bound.metadata.uid } })
      }
    };
    const path = await this.account.path('ServiceAccount', this.name, serviceAccount);
    return textAt(await this.account.ask('POST', `${path}/token`, { body }), 'status', 'token');
  }

  /**
   * Deletes what takes room and time (pods, then what they held) and waits until it is gone, then the namespace; that
   * is waited for only if something was still left, as the namespace controller takes 5 s even for an empty one.
   */
  async remove(): Promise<void> {
    const { admin } = this.cluster;
    if ((await admin.find('Namespace', this.name)) === undefined) {
      return;
    }
    let left = false;
    for (const kind of ['Pod', 'VolumeSnapshot', 'PersistentVolumeClaim']) {
      await admin.ask('DELETE', await admin.path(kind, this.name), { body: { gracePeriodSeconds: 1 } });
      const none = async () => (await admin.list(kind, this.name)).length === 0;
      // A claim that restores from a snapshot, or has one under way, holds it: the namespace's deletion sorts that out.
      await waitUntil(`no ${kind} in ${this.name}`, none, { seconds: 10 }).catch(() => (left = true));
    }
    await admin.delete('Namespace', this.name);
    if (left) {
      const gone = async () => !(await admin.find('Namespace', this.name));
      await waitUntil(`namespace ${this.name} to be gone`, gone, { seconds: 90 });
    }
  }

  private _here(object: KubernetesObject): KubernetesObject {
    return { ...object, metadata: { ...object.metadata, namespace: this.name } };
  }

  private async _lastEvents(): Promise<string> {
    const events = await this.cluster.admin.list('Event', this.name).catch(() => []);
    const lines = events.map(event => `${event.lastTimestamp} ${event.reason}: ${event.message}`);
    return lines.sort().slice(-10).join('\n');
  }
}
