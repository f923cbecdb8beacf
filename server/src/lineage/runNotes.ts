/** The runs that are written down on snapshots, by way of the provider: see notedRuns.ts for the text. */
import type { Relation } from '../../../contract';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import {
  notedRunsText,
  readNotedRuns,
  withNotedRun,
  withoutNotedRun,
  type NotedRun,
  type ReadableNote
} from './notedRuns';

/** A snapshot of this life. */
export interface NotedSnapshot {
  readonly name: string;
  readonly uid: string;
}

/** A link that MLflow does not have yet: which snapshots a run used. */
export interface WaitingLink {
  readonly run: string;
  readonly snapshots: readonly (NotedSnapshot & { readonly relation: Relation })[];
}

export class RunNotes {
  readonly #provider: Provider;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /**
   * Writes runs down on a snapshot. One that stands there with the same relation and is written stays as it is. Resolves
   * with how to take it back. Throws ProblemError where it can't be written down.
   */
  async add({ name, uid }: NotedSnapshot, added: readonly NotedRun[]): Promise<() => Promise<void>> {
    const before = new Map<string, NotedRun | undefined>();
    await this.#change(name, uid, noted => {
      before.clear();
      let next = noted;
      for (const run of added) {
        const there = noted.runs.find(one => one.run === run.run);
        if (there?.state === 'written' && there.relation === run.relation) {
          continue;
        }
        const more = withNotedRun(next, run);
        if (more === null) {
          throw cantNote(name, 'It is full of runs that wait for MLflow.');
        }
        before.set(run.run, there);
        next = more;
      }
      return before.size === 0 ? null : next;
    });
    return () =>
      this.#change(name, uid, noted =>
        [...before].reduce((left, [run, there]) => withoutNotedRun(left, run, there), noted)
      );
  }

  /** MLflow has the link of a run that waited. */
  async settle({ name, uid }: NotedSnapshot, run: string): Promise<void> {
    await this.#change(name, uid, noted => {
      const waits = noted.runs.some(one => one.run === run && one.state === 'waiting');
      const runs = noted.runs.map(one => (one.run === run ? { ...one, state: 'written' as const } : one));
      return waits ? { ...noted, runs } : null;
    });
  }

  /** All links that wait, of snapshots that are here and complete; the oldest first. */
  waiting(): WaitingLink[] {
    const found = new Map<string, { at: string; snapshots: WaitingLink['snapshots'][number][] }>();
    for (const { name, uid, state } of this.#provider.index.all('snapshot')) {
      const text = this.#provider.runNote?.(name);
      // Most snapshots have no run, or none that waits: those are not parsed.
      const noted = text?.includes('"waiting"') === true && state.phase === 'ready' ? readNotedRuns(text) : null;
      for (const one of noted?.readable === true ? noted.runs : []) {
        if (one.state === 'waiting') {
          const link = found.get(one.run) ?? { at: one.at, snapshots: [] };
          link.snapshots.push({ name, uid, relation: one.relation });
          found.set(one.run, link);
        }
      }
    }
    return [...found]
      .sort(([, a], [, b]) => (a.at < b.at ? -1 : 1))
      .map(([run, { snapshots }]) => ({ run, snapshots }));
  }

  async #change(name: string, uid: string, change: (noted: ReadableNote) => ReadableNote | null): Promise<void> {
    if (this.#provider.changeRunNote === undefined) {
      throw cantNote(name, 'This storage keeps no runs with its snapshots.');
    }
    await this.#provider.changeRunNote(name, uid, text => {
      const noted = readNotedRuns(text);
      if (!noted.readable) {
        throw cantNote(name, 'What stands there was written by somebody else.');
      }
      const next = change(noted);
      return next === null ? null : notedRunsText(next);
    });
  }
}

const cantNote = (name: string, why: string): ProblemError =>
  new ProblemError('not-supported', {
    detail: `The run can’t be written down on ${name}. ${why}`,
    next: 'It is safe in MLflow alone: deleting the snapshot may not tell of it while MLflow does not answer.',
    object: name
  });
