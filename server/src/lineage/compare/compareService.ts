/** Answers what data differs between two runs. */
import type {
  DataDifference,
  FileDifferences,
  RunDifferences,
  RunDifferencesQuery,
  Snapshot
} from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { LineageService } from '../lineageService';
import type { DataOfRun, RunData } from '../runData';
import { runOrModel } from '../runOrModel';
import { dataDifferences, differencesMessage, type VolumePair } from './dataDifferences';
import { treeDifferences } from './treeDifferences';

/** For the files of all volumes together, in ms: less than a request of the Jupyter server may take. */
const LIMIT_MS = 15_000;

export class CompareService {
  constructor(private readonly lineage: Pick<LineageService, 'data'>) {}

  async differences({ from, to }: RunDifferencesQuery): Promise<RunDifferences> {
    const one = await this.lineage.data(runOrModel(from));
    const other = await this.lineage.data(runOrModel(to));
    const pairs = dataDifferences(one.snapshots, other.snapshots);
    const signal = AbortSignal.timeout(LIMIT_MS);
    const data: DataDifference[] = [];
    for (const pair of pairs) {
      const files = await filesOf(pair, signal);
      data.push({ ...pair, from: sideOf(pair.from), to: sideOf(pair.to), files });
    }
    return { from: described(one, from), to: described(other, to), message: differencesMessage(pairs), data };
  }
}

const sideOf = (side: DataOfRun | null): DataDifference['from'] =>
  side === null ? null : { link: side.link, now: side.now };

function described({ described: run }: RunData, asked: string): RunDifferences['from'] {
  if (run === null) {
    throw new ProblemError('run-not-found', {
      detail: `MLflow does not tell which run ${asked} comes from.`,
      next: 'Name a run.',
      object: asked
    });
  }
  return run;
}

/** null: there is nothing to compare. */
async function filesOf({ from, to, state }: VolumePair, signal: AbortSignal): Promise<FileDifferences | null> {
  if (from === null || to === null || state !== 'other') {
    return null;
  }
  const [one, other] = [readable(from), readable(to)];
  if (typeof one === 'string') {
    return { known: false, reason: one };
  }
  if (typeof other === 'string') {
    return { known: false, reason: other };
  }
  try {
    const omitted = [one, other].flatMap(({ omissions }) => omissions).reduce((sum, { count }) => sum + count, 0);
    return { ...(await treeDifferences(one.path, other.path, { signal })), omitted };
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
    return { known: false, reason: `The files of one of the snapshots can’t be read (${code}).` };
  }
}

/** The snapshot with the place of its files, or in words why they can't be read. */
function readable({ link, now, snapshot }: DataOfRun): { path: string; omissions: Snapshot['omissions'] } | string {
  if (snapshot === null) {
    return now.state === 'exists' ? `${link.snapshot} is not here.` : now.message;
  }
  const { path, omissions } = snapshot;
  return path === null
    ? `The files of ${link.snapshot} can’t be read without a clone. Clone both and compare the clones.`
    : { path, omissions };
}
