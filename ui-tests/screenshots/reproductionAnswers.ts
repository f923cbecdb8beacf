/** What MLflow and the sidecar would tell of a run’s data, for pictures: a plan, a card, a pin. */
import type { DataCard, PinnedSnapshots, RecentRuns, ReproductionPlan, RunWithData } from '../../contract';

const withAlias = ({ runs }: RecentRuns): RunWithData | undefined =>
  runs.find(({ run }) => run.versions.some(({ aliases }) => aliases.length > 0));

/** The run with the registered version. */
function champion(recent: RecentRuns): RunWithData {
  const found = withAlias(recent);
  if (found === undefined) {
    throw new Error('None of the runs has a version with an alias.');
  }
  return found;
}

/** Pinned for a kernel: the data of that run; nothing where there is none. */
export const pinOf = (kernel: string, recent: RecentRuns): PinnedSnapshots => ({
  kernel,
  notebook: 'analysis.ipynb',
  snapshots: (withAlias(recent)?.snapshots ?? []).map(({ link }) => link)
});

/** What of the run comes back. */
export function planOf(recent: RecentRuns): ReproductionPlan {
  const { run, snapshots } = champion(recent);
  return {
    run,
    version: null,
    possible: true,
    parts: [
      {
        part: 'data',
        of: 'project',
        can: 'partly',
        message:
          'features v3 frozen is cloned. It was made before the run: what changed on project after that is not in it.'
      },
      {
        part: 'notebook',
        of: null,
        can: 'yes',
        message:
          'analysis.ipynb, as it was saved when the snapshot was made. What ran without being saved is not in it.'
      },
      { part: 'parameters', of: null, can: 'no', message: 'No parameter was written down.' },
      {
        part: 'environment',
        of: null,
        can: 'partly',
        message:
          '14 packages that MLflow wrote down with the model are compared with those of the kernel. Nothing is installed.'
      },
      { part: 'image', of: null, can: 'no', message: 'Which image it ran in was not written down.' },
      { part: 'metrics', of: null, can: 'yes', message: '1 metric: shown beside the new ones.' }
    ],
    data: snapshots,
    notebook: { path: 'analysis.ipynb', volume: 'project' },
    parameters: [],
    metrics: run.metrics.map(({ key, value }) => ({ key, value: String(value) })),
    requirements: null,
    python: '3.11.9'
  };
}

/** The card of the version. */
export function cardOf(recent: RecentRuns): DataCard {
  const { run, snapshots } = champion(recent);
  const [version] = run.versions;
  const [data] = snapshots;
  return {
    subject: 'churn, version 7',
    version: version ?? null,
    registeredAt: run.endedAt,
    run,
    notebook: 'analysis.ipynb',
    data: snapshots.map(one => ({ ...one, snapshot: null })),
    people: [{ name: 'alice', did: 'started the run' }],
    parameters: [],
    metrics: [],
    missing: [],
    asOf: recent.search?.asOf ?? '',
    markdown: [
      '# Data of churn, version 7',
      '- Aliases: @champion\n- Run: sweep-12\n- Notebook: analysis.ipynb',
      '## Data',
      `| Volume | Snapshot | Relation | Now |\n| --- | --- | --- | --- |\n| laptop/alice/project | ${data?.link.snapshot ?? ''} | made before the run, which worked on the volume itself | exists |`,
      '## People',
      '- alice: started the run',
      '## Metrics',
      '| Name | Value |\n| --- | --- |\n| auc | 0.871 |'
    ].join('\n\n')
  };
}
