/** Plans, reproductions and data cards as the server part tells them, for unit tests. */
import type { DataCard, Reproduction, ReproductionPlan } from '../../contract';
import { sampleLink, sampleRun } from './lineageSamples';
import { sampleClone } from './samples';

/** Of a run whose data is all here. */
export const samplePlanOf = (change: Partial<ReproductionPlan> = {}): ReproductionPlan => ({
  run: sampleRun(),
  version: null,
  possible: true,
  parts: [
    { part: 'data', of: 'home', can: 'yes', message: 'It is cloned. It is what the run read.' },
    { part: 'notebook', of: null, can: 'yes', message: 'train.ipynb, as it was saved.' },
    { part: 'environment', of: null, can: 'partly', message: '12 packages are compared.' },
    { part: 'image', of: null, can: 'no', message: 'Which image it ran in was not written down.' }
  ],
  data: [{ link: sampleLink(), now: { state: 'exists', snapshot: 'home.20261119-140803z-a1b2' } }],
  notebook: { path: 'train.ipynb', volume: 'home' },
  parameters: [],
  metrics: [],
  requirements: null,
  python: null,
  ...change
});

/** The same where its snapshot is gone. */
export const samplePlanWithoutData = (): ReproductionPlan =>
  samplePlanOf({
    possible: false,
    parts: [{ part: 'data', of: 'home', can: 'no', message: 'The snapshot is gone.' }],
    data: [{ link: sampleLink(), now: { state: 'gone', message: 'The snapshot is gone.' } }]
  });

/** Clone of a reproduction that was begun. */
export const sampleBegunClone = (change: Parameters<typeof sampleClone>[0] = {}) =>
  sampleClone({ id: 'home.repro-a1b2', uid: 'uid-repro', name: 'repro-a1b2', ...change });

/** One that has come to an end. */
export const sampleReproduction = (
  outcome: Reproduction['outcome'],
  change: Partial<Reproduction> = {}
): Reproduction => ({ name: 'repro-a1b2', plan: samplePlanOf(), clones: [sampleBegunClone()], outcome, ...change });

export const WRITTEN: Reproduction['outcome'] = {
  state: 'written',
  path: '/home/alice/datamark-clones/repro-a1b2.reproduction/train.ipynb',
  browsePath: 'datamark-clones/repro-a1b2.reproduction/train.ipynb',
  substitutions: ['/home/alice is /home/alice/datamark-clones/repro-a1b2 now.'],
  message: 'train.ipynb is ready to be run again.'
};

/** Its clone is not made yet. */
export const sampleCloning = (): Reproduction =>
  sampleReproduction(
    { state: 'cloning', message: 'repro-a1b2: copying' },
    {
      clones: [
        sampleBegunClone({
          state: { phase: 'pending', since: '2026-11-19T14:19:00Z', message: 'copying 3 of 9 files' }
        })
      ]
    }
  );

export const sampleCard = (): DataCard => ({
  subject: 'churn, version 7',
  version: { name: 'churn', version: '7', aliases: ['champion'] },
  registeredAt: null,
  run: sampleRun(),
  notebook: null,
  data: [],
  people: [],
  parameters: [],
  metrics: [],
  missing: [],
  asOf: '2026-11-19T14:20:00Z',
  markdown: '# Data of churn, version 7\n'
});
