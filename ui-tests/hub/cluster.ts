/** The cluster below the hub, as its admin sees it: kubectl on the namespace of the servers. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environment } from './environment';
import { until } from './until';

const run = promisify(execFile);

/** An object of the cluster, as far as tests look at it. */
export interface ClusterObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: { readonly source?: { readonly persistentVolumeClaimName?: string }; readonly volumeName?: string };
  readonly status?: { readonly readyToUse?: boolean; readonly phase?: string };
}

/** Runs kubectl in the namespace of the servers; gives what it prints. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--namespace', environment.namespace, '--request-timeout=60s', ...args], {
    maxBuffer: 16 * 2 ** 20
  });
  return stdout;
}

/** Applies a manifest given as text. */
export async function apply(manifest: string, ...options: string[]): Promise<void> {
  const done = run('kubectl', ['--namespace', environment.namespace, 'apply', '--server-side', '-f', '-', ...options]);
  done.child.stdin?.end(manifest);
  await done;
}

/** All objects of a kind whose names begin so. */
export async function listed(
  kind: 'persistentvolumeclaim' | 'volumesnapshot' | 'pod',
  prefix: string
): Promise<ClusterObject[]> {
  const { items } = JSON.parse(await kubectl('get', kind, '-o', 'json')) as { items: ClusterObject[] };
  return items.filter(({ metadata }) => metadata.name.startsWith(prefix));
}

/** Put by the snapshot controller on the source of a snapshot that is being made. */
const BEING_TAKEN = 'snapshot.storage.kubernetes.io/pvc-as-source-protection';

/**
 * Has the snapshot controller look again at snapshots. It takes the mark off a claim when a snapshot changes, if its own
 * copy of the claim has the mark by then; after the API server was away that copy can be older, and the next look 15 min off.
 */
async function lookAgainAt(snapshots: readonly ClusterObject[]): Promise<void> {
  const ready = snapshots.filter(({ status }) => status?.readyToUse === true).map(({ metadata }) => metadata.name);
  if (ready.length > 0) {
    await kubectl('annotate', 'volumesnapshot', '--overwrite', ...ready, `test/looked-at=${Date.now()}`);
  }
}

/** Deletes all snapshots and claims whose names begin so, and waits until they are gone. */
export async function deleteAll(prefix: string): Promise<void> {
  // Of a snapshot that is deleted before it is ready the mark is never taken off.
  await until(`snapshots of ${prefix} to be let go of`, async () => {
    const claims = await listed('persistentvolumeclaim', prefix);
    if (claims.every(({ metadata }) => metadata.finalizers?.includes(BEING_TAKEN) !== true)) {
      return true;
    }
    await lookAgainAt(await listed('volumesnapshot', prefix));
    return false;
  });
  for (const kind of ['volumesnapshot', 'persistentvolumeclaim'] as const) {
    const names = (await listed(kind, prefix)).map(({ metadata }) => metadata.name);
    if (names.length > 0) {
      await kubectl('delete', kind, '--wait=true', '--timeout=180s', ...names);
    }
  }
}
