/** Which run is meant by what stands in the field of the dialog that links one, and which runs it offers. Pure. */
import { runIn } from '../model/runOrModel';
import type { RunsLook, SeenRun } from '../model/runsLook';

/** More are found by typing. */
const MOST_OFFERED = 50;
/** As MLflow makes them. */
const MADE_ID = /^[0-9a-f]{32}$/;

/** The runs to choose from, and why there are none. */
export interface PickableRuns {
  /** Newest first. */
  readonly seen: readonly SeenRun[];
  readonly asking: boolean;
  /** What MLflow has against telling more; null: nothing. */
  readonly refusal: string | null;
}

/** All that these looks know, each run once. */
export function pickableRuns(looks: readonly Pick<RunsLook, 'found' | 'content'>[]): PickableRuns {
  const seen = new Map(looks.flatMap(({ found }) => (found?.runs ?? []).map(one => [one.run.id, one] as const)));
  const refusals = looks.flatMap(({ content }) =>
    content.state === 'refused'
      ? [content.problem.detail]
      : content.state === 'not-set-up'
        ? [content.reason ?? content.fix]
        : []
  );
  return {
    seen: [...seen.values()].sort((one, other) => timeOf(other) - timeOf(one)),
    asking: looks.some(({ content }) => content.state === 'loading'),
    refusal: refusals[0] ?? null
  };
}

const timeOf = ({ run }: SeenRun): number => (run.startedAt === null ? 0 : Date.parse(run.startedAt));

/** Those whose name or id has these words; all, where nothing is searched for. */
export function runsWith(seen: readonly SeenRun[], search: string): readonly SeenRun[] {
  const words = (runIn(search) ?? search).trim().toLocaleLowerCase();
  return seen
    .filter(({ run }) => [run.name, run.id].some(one => one.toLocaleLowerCase().includes(words)))
    .slice(0, MOST_OFFERED);
}

/** `search`: words that runs of the list have, so that nobody links a run of that id by mistake. */
type PickedRun = { readonly state: 'run'; readonly id: string } | { readonly state: 'search' | 'none' };

/** What the text says. */
export function pickedRun(text: string, seen: readonly SeenRun[]): PickedRun {
  const id = runIn(text);
  const typed = text.trim();
  const surely = id !== null && (id !== typed || MADE_ID.test(id) || seen.some(({ run }) => run.id === id));
  if (!surely && typed !== '' && runsWith(seen, typed).length > 0) {
    return { state: 'search' };
  }
  return id === null ? { state: 'none' } : { state: 'run', id };
}
