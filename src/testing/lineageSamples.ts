/** Runs as the server part tells them, for unit tests. */
import {
  problem,
  type LineageRun,
  type LinkedSnapshot,
  type RecentRuns,
  type RunsOfSnapshot,
  type RunWithData
} from '../../contract';

export const sampleRun = (change: Partial<LineageRun> = {}): LineageRun => ({
  id: 'a1b2',
  name: 'sweep-12',
  experiment: '1',
  status: 'FINISHED',
  user: 'alice',
  startedAt: '2026-11-19T14:10:00Z',
  endedAt: '2026-11-19T14:12:00Z',
  deleted: false,
  link: 'https://mlflow.example/#/experiments/1/runs/a1b2',
  metrics: [{ key: 'auc', value: 0.8714 }],
  models: [],
  versions: [],
  ...change
});

export const sampleLink = (change: Partial<LinkedSnapshot> = {}): LinkedSnapshot => ({
  volume: 'home',
  snapshot: 'home.20261119-140803z-a1b2',
  uid: 'uid-1',
  namespace: 'alice',
  cluster: 'laptop',
  time: '2026-11-19T14:08:03Z',
  relation: 'before-run',
  ...change
});

/** A run on the sample snapshot, which is there. */
export const sampleUse = (change: Partial<RunWithData> = {}): RunWithData => ({
  run: sampleRun(),
  snapshots: [{ link: sampleLink(), now: { state: 'exists', snapshot: 'home.20261119-140803z-a1b2' } }],
  ...change
});

const SEARCH = { complete: true, searched: 3, known: 3, asOf: '2026-11-19T14:20:00Z' };
const ANSWERS = { state: 'answers', server: 'https://mlflow.example' } as const;

export const sampleRecent = (runs: RunWithData[], change: Partial<RecentRuns> = {}): RecentRuns => ({
  mlflow: ANSWERS,
  search: SEARCH,
  total: runs.length,
  runs,
  ...change
});

export const sampleRunsOfSnapshot = (
  runs: RunsOfSnapshot['runs'],
  change: Partial<RunsOfSnapshot> = {}
): RunsOfSnapshot => ({
  snapshot: 'home.20261119-140803z-a1b2',
  uid: 'uid-1',
  mlflow: ANSWERS,
  search: SEARCH,
  total: runs.length,
  runs,
  ...change
});

/** MLflow can't be asked, for a reason. */
export const mlflowRefuses = (slug: Parameters<typeof problem>[0], detail: string): RecentRuns['mlflow'] => ({
  state: 'refuses',
  server: 'https://mlflow.example',
  problem: problem(slug, { detail, next: 'Try again in a minute.' })
});
