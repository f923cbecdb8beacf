/** Of which mirrors a message has said that their data is too old: kept in the state database, so that a reload says it no second time. */
import type { IStateDB } from '@jupyterlab/statedb';
import type { Mirror } from '../../contract';
import { guardNow } from './mirrorAge';

const KEY = 'jupyterlab-datamark:told-stale';

export class ToldStale {
  private readonly told: Promise<Set<string>>;

  /** Without a database it is known as long as the page. */
  constructor(private readonly database: IStateDB | null) {
    this.told = read(database);
  }

  /** Whether nobody was told of it yet; from now on somebody was. */
  async isNew({ uid }: Mirror): Promise<boolean> {
    const told = await this.told;
    if (told.has(uid)) {
      return false;
    }
    told.add(uid);
    this.save(told);
    return true;
  }

  /** What is fresh, or need not be any more, is told again when it becomes too old. */
  async look(mirrors: readonly Mirror[], now: Date): Promise<void> {
    const told = await this.told;
    const over = mirrors.filter(mirror => told.has(mirror.uid) && ['fresh', null].includes(guardNow(mirror, now)));
    if (over.length > 0) {
      over.forEach(({ uid }) => told.delete(uid));
      this.save(told);
    }
  }

  private save(told: ReadonlySet<string>): void {
    // What is not kept is said once more after a reload.
    void this.database?.save(KEY, [...told]).catch(() => undefined);
  }
}

async function read(database: IStateDB | null): Promise<Set<string>> {
  const kept = await database?.fetch(KEY).catch(() => undefined);
  return new Set(Array.isArray(kept) ? kept.filter(one => typeof one === 'string') : []);
}
