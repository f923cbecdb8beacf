/** Remembers, in this tab alone, which reproductions wait for their clones, so that the page goes on with them when it is back. */
import { z } from 'zod';
import { CreateReproduction } from '../../contract';

const KEY = 'datamark:begun-reproductions';

const Begun = z.array(CreateReproduction.required({ name: true }));
/** One that has its name. */
type BegunReproduction = z.infer<typeof Begun>[number];

/** What outlives a reload of this tab. */
export interface IBegunReproductions {
  all(): readonly BegunReproduction[];
  add(begun: BegunReproduction): void;
  remove(name: string): void;
}

/** In the session storage; where the browser has none, nothing is remembered. */
export function begunReproductions(storage: () => Storage = () => window.sessionStorage): IBegunReproductions {
  const all = (): readonly BegunReproduction[] => {
    try {
      const read = Begun.safeParse(JSON.parse(storage().getItem(KEY) ?? '[]'));
      return read.success ? read.data : [];
    } catch {
      return [];
    }
  };
  const keep = (begun: readonly BegunReproduction[]): void => {
    try {
      storage().setItem(KEY, JSON.stringify(begun));
    } catch {
      // Then it is found by the dialog alone, which looks at the clones.
    }
  };
  const others = (name: string) => all().filter(one => one.name !== name);
  return {
    all,
    add: begun => keep([...others(begun.name), begun]),
    remove: name => keep(others(name))
  };
}
