// The small claims that are restored again and again, each with a snapshot of its first content and work since. Both are
// written on the host: no pod is needed for that.
import { textAt, type KubernetesObject } from '../kubernetesObject';
import { claim, volumeSnapshot } from '../manifests';
import type { TestNamespace } from '../testNamespace';
import { waitUntil } from '../waitUntil';
import type { VolumeBytes } from './volumeBytes';

const CLAIM = 'PersistentVolumeClaim';
/** Dozens are made at once: asked for more often, they would wait for the answers. */
const CALMLY = { seconds: 120, every: 500 };

export interface Home {
  readonly claim: string;
  readonly snapshot: string;
  /** Hash of what the snapshot holds. */
  readonly before: string;
  /** Hash of what the volume holds. */
  readonly after: string;
}

export class Homes {
  private _homes: Home[] = [];
  private _made = 0;

  constructor(
    private readonly _namespace: TestNamespace,
    private readonly _bytes: VolumeBytes,
    /** Whose a claim is, by its name. */
    private readonly _ownerOf: (claim: string) => string
  ) {}

  /** So many, with the work since the snapshot in them; new ones where there are not enough. */
  async ready(count: number): Promise<Home[]> {
    const names = [...Array(count - this._homes.length).keys()].map(() => `home-${this._made++}`);
    const [made] = await Promise.all([
      Promise.all(names.map(name => this._make(name))),
      Promise.all(this._homes.map(home => this._workAgain(home)))
    ]);
    this._homes.push(...made);
    return [...this._homes];
  }

  /** What was done to these is not for the next round: a snapshot that is gone, a claim of another kind. */
  forget(claims: readonly string[]): void {
    this._homes = this._homes.filter(home => !claims.includes(home.claim));
  }

  private async _make(name: string): Promise<Home> {
    const namespace = this._namespace;
    await namespace.create(claim(name, { labels: { 'hub.jupyter.org/username': this._ownerOf(name) } }));
    const handle = await volumeHandle(namespace, await namespace.waitUntilBound(name, CALMLY));
    await this._bytes.fill(handle, name);
    const before = await this._hashOf(handle);
    const snapshot = `${name}.before`;
    await namespace.create(volumeSnapshot(snapshot, name));
    await namespace.waitUntilReady(snapshot, CALMLY);
    // Until then a deletion of the claim waits for its snapshot.
    const isFree = async (): Promise<boolean> => {
      const { finalizers = [] } = (await namespace.get(CLAIM, name)).metadata;
      return finalizers.every(one => !one.includes('source'));
    };
    await waitUntil(`claim ${name} to be free of its snapshot`, isFree, CALMLY);
    await this._bytes.workOn(handle, name);
    return { claim: name, snapshot, before, after: await this._hashOf(handle) };
  }

  /** The work again, where a restore has taken it back. */
  private async _workAgain({ claim: name, before, after }: Home): Promise<void> {
    const handle = await volumeHandle(this._namespace, await this._namespace.waitUntilBound(name, CALMLY));
    if ((await this._hashOf(handle)) === before) {
      await this._bytes.workOn(handle, name);
    }
    if ((await this._hashOf(handle)) !== after) {
      throw new Error(`${name} does not hold what it held.`);
    }
  }

  private async _hashOf(handle: string): Promise<string> {
    const held = await this._bytes.volume(handle);
    if (held === undefined) {
      throw new Error(`There is no volume ${handle} in the pool.`);
    }
    return held.hash;
  }
}

/** Handle of the volume that a claim is bound to. */
export async function volumeHandle({ cluster }: TestNamespace, bound: KubernetesObject): Promise<string> {
  const volume = await cluster.admin.get('PersistentVolume', textAt(bound, 'spec', 'volumeName'));
  return textAt(volume, 'spec', 'csi', 'volumeHandle');
}
