/** Makes the address of a request: nothing in a path or a query can mean more than a name or a value. */
import { KubernetesError } from './kubernetesApi';
import { NO_NAMESPACE, unknownNamespace } from './unknownNamespace';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Path and query below the server's base address; each segment and value encoded. */
export function apiAddress(base: URL, path: string, query: Query = {}): string {
  if (path.includes(`/namespaces/${NO_NAMESPACE}/`)) {
    throw unknownNamespace();
  }
  const segments = path.split('/');
  const [first, ...rest] = segments;
  // An empty segment is a missing name: it would address the whole collection instead of one object.
  if (
    first !== '' ||
    rest.length === 0 ||
    rest.some(segment => segment === '' || segment === '.' || segment === '..')
  ) {
    throw new KubernetesError(0, 'InvalidPath', `“${path}” is not a path of the Kubernetes API.`);
  }
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      parameters.append(name, String(value));
    }
  }
  const text = parameters.toString();
  const prefix = base.pathname.replace(/\/+$/, '');
  return `${prefix}/${rest.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}
