/** Builds the URL of a route from the contract's table. Pure; the only place in the front end that knows paths. */
import { URLExt } from '@jupyterlab/coreutils';
import { API_PREFIX, ROUTES, type RouteName } from '../../contract';

type ParameterOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParameterOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What stands behind the colons of a route's path, by name. */
export type RouteParameters<N extends RouteName> = Readonly<Record<ParameterOf<(typeof ROUTES)[N]['path']>, string>>;

/** Query values; what is undefined is left out. */
export type RouteQuery = Readonly<Record<string, string | number | boolean | undefined>>;

/** URL of a route below the Jupyter server's base URL, every parameter escaped. */
export function makeUrl<N extends RouteName>(
  baseUrl: string,
  route: N,
  parameters: RouteParameters<N>,
  query: RouteQuery = {}
): string {
  const given: Readonly<Record<string, string>> = parameters;
  const path = ROUTES[route].path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      search.set(name, String(value));
    }
  }
  const text = search.toString();
  return URLExt.join(baseUrl, API_PREFIX, path) + (text === '' ? '' : `?${text}`);
}
