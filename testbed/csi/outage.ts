// A storage that answers with errors for as long as a test wants: while the file `outage` is in the pool's folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CsiError } from './csiError';
import type { Methods } from './grpcSocket';

/** Calls that change something. */
const CHANGING = /^(Create|Delete|NodePublish)/;

/** The same methods, of which those that change something fail during an outage. */
export function failingInOutage(pool: string, methods: Methods): Methods {
  const file = path.join(pool, 'outage');
  const guarded =
    (method: Methods[string]): Methods[string] =>
    async request => {
      if (existsSync(file)) {
        throw new CsiError('INTERNAL', 'the array is out of order (file outage in the pool)');
      }
      return method(request);
    };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, CHANGING.test(name) ? guarded(method) : method])
  );
}
