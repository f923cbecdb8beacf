/** Which platform a server is on, whom objects belong to there, and where its pages are. */
import { Platform } from '../../../contract';
import { KubernetesSettings } from '../kubernetesSettings';
import { identifyPlatform } from './identifyPlatform';
import type { OwnedMetadata, PlatformAdapter } from './platformAdapter';

const HUB = { user: 'ann@b.c', serverName: '', publicHubUrl: null, host: '', baseUrl: '/' };
const USERNAME = 'hub.jupyter.org/username';
const OWNER = 'datamark.github.io/owner';

function platform(settings: object): PlatformAdapter {
  return identifyPlatform(KubernetesSettings.parse({ podName: 'pod', ...settings }), 'space');
}
const hub = (parts: object = {}): PlatformAdapter => platform({ jupyterHub: { ...HUB, ...parts } });
const metadata = (labels: Record<string, string>, annotations: Record<string, string> = {}): OwnedMetadata => ({
  labels,
  annotations
});

it('is told by what the environment said', () => {
  expect(hub().describe().kind).toBe('jupyterhub');
  expect(platform({ notebookPrefix: '/notebook/ann/gpu' }).describe().kind).toBe('kubeflow');
  expect(platform({ jupyterHub: HUB, notebookPrefix: '/notebook/ann/gpu' }).describe().kind).toBe('jupyterhub');
  expect(platform({ notebookPrefix: '/lab' }).describe().kind).toBe('pod');
  expect(platform({}).describe().kind).toBe('pod');
});

it.each([hub(), platform({ notebookPrefix: '/notebook/ann/gpu' }), platform({ podName: null })])(
  'is described as the contract says',
  one => {
    expect(Platform.parse(one.describe())).toEqual(one.describe());
  }
);

describe('JupyterHub', () => {
  it.each([
    [{}, '/hub/'],
    [{ baseUrl: '/hubs/one/' }, '/hubs/one/hub/'],
    [{ baseUrl: '/hubs/one' }, '/hubs/one/hub/'],
    [{ host: 'https://hub.example' }, 'https://hub.example/hub/'],
    [{ publicHubUrl: 'https://example.org/jupyter/hub/' }, 'https://example.org/jupyter/hub/'],
    [{ publicHubUrl: 'https://example.org/hub' }, 'https://example.org/hub/'],
    [{ publicHubUrl: 'javascript:alert(1)//' }, '/hub/']
  ])('has its pages below the hub’s address %j', (parts, address) => {
    expect(hub(parts).describe().links).toEqual({
      servers: `${address}home`,
      spawn: `${address}spawn/ann%40b.c`,
      create: null
    });
  });

  it('names the user and, unless it is the default one, the server', () => {
    expect(hub().describe()).toMatchObject({ user: 'ann@b.c', server: null, namespace: 'space', pod: 'pod' });
    expect(hub({ serverName: 'gpu' }).describe().server).toBe('gpu');
  });

  it('copies the owner’s label from what is annotated as the user’s, and computes none', () => {
    const own = metadata({ [USERNAME]: 'ann-b-c---12345678' }, { [USERNAME]: 'ann@b.c' });
    const other = metadata({ [USERNAME]: 'bob' }, { [USERNAME]: 'bob' });
    expect(hub().ownerLabel([other, own])).toBe('ann-b-c---12345678');
    expect(
      hub().ownerLabel([other, metadata({}, { [USERNAME]: 'ann@b.c' }), metadata({ [USERNAME]: 'x' })])
    ).toBeNull();
  });

  it('takes the annotation for the truth, then the labels', () => {
    const of = (...parts: Parameters<typeof metadata>): unknown => hub().ownership(metadata(...parts), 'ann-label');
    expect(of({ [USERNAME]: 'somebody' }, { [USERNAME]: 'ann@b.c' })).toEqual({ whose: 'own' });
    // Two names may be shortened to the same label.
    expect(of({ [USERNAME]: 'ann-label' }, { [USERNAME]: 'Ann@b.c' })).toEqual({ whose: 'other', owner: 'Ann@b.c' });
    expect(of({ [OWNER]: 'ann-label' })).toEqual({ whose: 'own' });
    expect(of({ [OWNER]: 'bob' })).toEqual({ whose: 'other', owner: 'bob' });
    expect(of({ [USERNAME]: 'bob' })).toEqual({ whose: 'other', owner: 'bob' });
    expect(of({})).toEqual({ whose: 'unsaid' });
    expect(hub().ownership(metadata({ [OWNER]: 'ann-label' }), null)).toEqual({ whose: 'unsaid' });
  });

  it('names the owner of any object', () => {
    expect(hub().ownerOf(metadata({ [USERNAME]: 'bob---1', [OWNER]: 'bob' }, { [USERNAME]: 'Bob' }))).toBe('Bob');
    expect(hub().ownerOf(metadata({ [USERNAME]: 'bob---1', [OWNER]: 'bob' }))).toBe('bob');
    expect(hub().ownerOf(metadata({ app: 'x' }))).toBeNull();
  });
});

describe('Kubeflow Notebooks', () => {
  const notebook = platform({ notebookPrefix: '/notebook/ann/gpu/' });

  it('knows its name and its namespace’s pages, and no user', () => {
    expect(notebook.describe()).toMatchObject({
      user: null,
      server: 'gpu',
      namespace: 'space',
      links: { servers: '/_/jupyter/?ns=space', spawn: null, create: '/_/jupyter/new?ns=space' }
    });
  });

  it('lets the profile own what is made in its namespace', () => {
    expect(notebook.ownerLabel([])).toBe('space');
    expect(notebook.ownership(metadata({ [OWNER]: 'space' }), 'space')).toEqual({ whose: 'own' });
    expect(notebook.ownership(metadata({}), 'space')).toEqual({ whose: 'unsaid' });
  });
});

describe('any other pod', () => {
  it('is whose its label says', () => {
    const plain = platform({});
    expect(plain.ownerLabel([metadata({}), metadata({ [OWNER]: 'team' })])).toBe('team');
    expect(plain.ownerLabel([metadata({})])).toBeNull();
    expect(plain.ownership(metadata({ [OWNER]: 'others' }), 'team')).toEqual({ whose: 'other', owner: 'others' });
    expect(plain.ownerOf(metadata({ [OWNER]: 'team' }))).toBe('team');
  });
});
