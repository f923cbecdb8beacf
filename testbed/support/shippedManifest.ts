// The manifests of deploy/, applied as an admin applies them: the namespace fitted, all else as it is shipped.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { kubectl } from './kubectl';

/** The folder of the manifests. */
export const DEPLOY = path.join(__dirname, '..', '..', 'deploy');

/** The namespace that the manifests name. */
const EXAMPLE_NAMESPACE = 'jupyterhub';

/** The text of a manifest (path below deploy/) for a namespace. */
export async function shipped(file: string, namespace = EXAMPLE_NAMESPACE): Promise<string> {
  const text = await readFile(path.join(DEPLOY, file), 'utf8');
  return text.replaceAll(new RegExp(`^( *namespace: )${EXAMPLE_NAMESPACE}$`, 'gm'), `$1${namespace}`);
}

/** Applies a manifest; `change` alters its text where a test must not touch other namespaces. */
export async function applyShipped(
  file: string,
  { namespace, change = text => text }: { namespace?: string; change?: (text: string) => string } = {}
): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: change(await shipped(file, namespace))
  });
}

/** Removes what a manifest made, cluster-wide objects included. */
export async function removeShipped(file: string, change: (text: string) => string = text => text): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', '-f', '-'], { input: change(await shipped(file)) });
}
