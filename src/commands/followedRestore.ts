/** Remembers, in this tab alone, the restore for which its server was stopped, so that the page tells how it ended. */

const KEY = 'datamark:followed-restore';

/** What outlives a reload of this tab. */
export interface IFollowedRestore {
  get(): string | null;
  set(id: string | null): void;
}

/** In the session storage; where the browser has none, nothing is remembered. */
export function followedRestore(storage: () => Storage = () => window.sessionStorage): IFollowedRestore {
  const use = <T>(act: (storage: Storage) => T): T | null => {
    try {
      return act(storage());
    } catch {
      return null;
    }
  };
  return {
    get: () => use(kept => kept.getItem(KEY)),
    set: id => {
      use(kept => {
        if (id === null) {
          kept.removeItem(KEY);
        } else {
          kept.setItem(KEY, id);
        }
      });
    }
  };
}
