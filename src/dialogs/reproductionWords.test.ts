import { language, ONLINE } from '../testing/fakePage';
import { sampleLink } from '../testing/lineageSamples';
import { sampleBegunClone, samplePlanOf, samplePlanWithoutData } from '../testing/reproductionSamples';
import { sampleClone, sampleVolume } from '../testing/samples';
import type { Connection } from '../tokens';
import { begunHere, begunReproductions, requestOf, subjectName, whereWords, whyNotBegin } from './reproductionWords';

const { trans } = language;

const CLUSTER: Connection =
  ONLINE.state === 'online'
    ? { ...ONLINE, status: { ...ONLINE.status, provider: { kind: 'kubernetes', label: 'Kubernetes' } } }
    : ONLINE;
const HUB: Connection =
  CLUSTER.state === 'online'
    ? {
        ...CLUSTER,
        status: {
          ...CLUSTER.status,
          platform: {
            kind: 'jupyterhub',
            label: 'JupyterHub',
            user: 'alice',
            server: null,
            namespace: null,
            pod: null,
            links: { servers: null, spawn: null, create: null, mount: '/hub/spawn/alice/{server}?clone={clone}' }
          }
        }
      }
    : CLUSTER;
const TWO = samplePlanOf({
  data: ['home', 'data'].map(volume => ({
    link: sampleLink({ volume }),
    now: { state: 'exists', snapshot: `${volume}.1` } as const
  }))
});

describe('where the clones will be', () => {
  const volumes = [sampleVolume()];
  it('is a folder on this computer', () =>
    expect(whereWords(samplePlanOf(), volumes, ONLINE, trans)).toBe(
      'The clone is a folder in /home/alice/datamark-clones. The notebook is written beside it.'
    ));
  it('is a folder of a volume that has another name here', () =>
    expect(whereWords(TWO, volumes, ONLINE, trans)).toContain('a folder in datamark-clones of its volume'));
  it('is a named server on a hub, which takes one of several', () => {
    expect(whereWords(samplePlanOf(), volumes, HUB, trans)).toContain('It opens in a named server of its own');
    expect(whereWords(TWO, volumes, HUB, trans)).toContain('A server takes one of the 2 clones.');
  });
  it('is for a person to mount elsewhere', () =>
    expect(whereWords(samplePlanOf(), volumes, CLUSTER, trans)).toContain('Start a server or a pod that mounts it'));
  it('is not said where none is made', () =>
    expect(whereWords(samplePlanWithoutData(), volumes, ONLINE, trans)).toBeNull());
});

describe('going on with one that was begun', () => {
  const begun = [
    sampleBegunClone({ createdAt: '2026-11-19T15:00:00Z', path: null }),
    sampleBegunClone({ id: 'home.repro-a1b2-2', name: 'repro-a1b2-2', createdAt: '2026-11-19T16:00:00Z' })
  ];
  const others = [
    sampleClone(),
    sampleBegunClone({ id: 'home.repro-a1b2-v2', name: 'repro-a1b2-v2' }),
    sampleBegunClone({
      id: 'home.repro-c',
      name: 'repro-c',
      source: { ...sampleClone().source, name: 'home.another' }
    }),
    sampleBegunClone({ name: 'repro-d', state: { phase: 'deleting', since: '2026-11-19T15:00:00Z', message: '' } })
  ];
  it('is offered for clones of these snapshots that are named as reproductions are, the newest first', () =>
    expect(begunReproductions(samplePlanOf(), [...begun, ...others]).map(({ name }) => name)).toEqual([
      'repro-a1b2-2',
      'repro-a1b2'
    ]));
  it('is proposed only on a cluster, in the server that has the clone', () => {
    const found = begunReproductions(samplePlanOf(), begun);
    expect(begunHere(found, HUB)).toBe('repro-a1b2-2');
    expect(begunHere(found, ONLINE)).toBeNull();
    expect(begunHere(begunReproductions(samplePlanOf(), begun.slice(0, 1)), HUB)).toBeNull();
  });
});

describe('what is asked of the server', () => {
  it('is nothing that was left empty', () =>
    expect(requestOf({ name: null, notebook: ' ', folders: new Map([['home', ' ']]) })).toEqual({}));
  it('is the name, the notebook and the folders', () =>
    expect(requestOf({ name: 'repro-a', notebook: ' a.ipynb', folders: new Map([['home', ' /data/old ']]) })).toEqual({
      name: 'repro-a',
      notebook: 'a.ipynb',
      data: [{ volume: 'home', path: '/data/old' }]
    }));
});

it('can’t be begun without data, and says of which volume', () => {
  const choice = { name: null, notebook: '', folders: new Map<string, string>() };
  expect(whyNotBegin(samplePlanOf(), choice, trans)).toBeNull();
  expect(whyNotBegin(samplePlanOf({ data: [] }), choice, trans)).toContain('names no snapshot');
  expect(whyNotBegin(samplePlanWithoutData(), choice, trans)).toBe(
    'The data of home can’t be cloned here. Say in which folder it is.'
  );
  choice.folders.set('home', '/data/old');
  expect(whyNotBegin(samplePlanWithoutData(), choice, trans)).toBeNull();
});

it('calls the subject by its version and its run', () => {
  expect(subjectName('models:/churn@champion', null)).toBe('churn @champion');
  expect(subjectName('a1b2', samplePlanOf())).toBe('sweep-12');
  const version = { name: 'churn', version: '7', aliases: [] };
  expect(subjectName('models:/churn@champion', samplePlanOf({ version }))).toBe('churn v7 (sweep-12)');
});
