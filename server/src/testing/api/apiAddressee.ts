/** Reads what a request's path names: the group, the collection, the object. */
import { RESOURCE_KINDS, type ResourceKind } from './resourceKinds';

export interface Addressee {
  readonly group: string;
  readonly version: string;
  readonly namespace: string | null;
  readonly resource: string;
  readonly name: string | null;
  readonly subresource: string | null;
  /** Null for what is not stored, such as reviews. */
  readonly kind: ResourceKind | null;
}

/** Null for paths that are no resource: discovery, `/version`. */
export function addresseeOf(path: string): Addressee | null {
  const segments = path.split('/').slice(1).map(decodeURIComponent);
  const [prefix, ...rest] = segments;
  const [group, version, ...below] = prefix === 'api' ? ['', ...rest] : prefix === 'apis' ? rest : [];
  if (group === undefined || version === undefined || below.length === 0) {
    return null;
  }
  const inNamespace = below[0] === 'namespaces' && below.length > 2;
  const namespace = inNamespace ? (below[1] ?? null) : null;
  const [resource = '', name = null, subresource = null] = inNamespace ? below.slice(2) : below;
  const kind = RESOURCE_KINDS.find(
    known => known.group === group && known.version === version && known.resource === resource
  );
  return { group, version, namespace, resource, name, subresource, kind: kind ?? null };
}
