/** The label by which a claim's snapshots stay its own. */
import { problemSlug } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { ClaimScene, GET, OWN, PATCH, recordOf, UNREVIEWED, VIEW } from './testing/claimScene';

let scene: ClaimScene;
beforeEach(async () => {
  scene = await ClaimScene.begin();
});
afterEach(() => scene.end());

describe('the mark volume-id', () => {
  const MARK = 'datamark.github.io/volume-id';
  const patches = (): number => scene.server.requests.filter(({ verb }) => verb === 'patch').length;
  const markOf = (claim: string): string | undefined =>
    scene.server.store.get({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: claim }).metadata.labels?.[MARK];
  const slugOf = async (promise: Promise<unknown>): Promise<string | null> => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown);
    return error instanceof ProblemError ? problemSlug(error.problem.type) : null;
  };

  it('is put on once, beside the labels that are there', async () => {
    const uid = scene.makeClaim('claim-ann');
    const claims = await scene.observed();
    expect([await claims.markVolumeId('claim-ann'), await claims.markVolumeId('claim-ann')]).toEqual([uid, uid]);
    expect([markOf('claim-ann'), patches()]).toEqual([uid, 1]);
    expect(recordOf(claims).object?.metadata.labels).toMatchObject(OWN.labels);
  });

  it('is the uid where the account may not label claims: known before, or learnt by the refusal', async () => {
    const uid = scene.makeClaim('claim-ann');
    scene.server.rules = [VIEW];
    const known = scene.observe();
    const unknown = scene.observe({ rights: UNREVIEWED });
    await Promise.all([known.start(), unknown.start()]);
    expect([await known.markVolumeId('claim-ann'), patches()]).toEqual([uid, 0]);
    expect([await unknown.markVolumeId('claim-ann'), patches(), markOf('claim-ann')]).toEqual([uid, 1, undefined]);
  });

  it('is not taken from somebody who put it on at the same time', async () => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [GET, PATCH];
    const claims = await scene.observed();
    scene.changeClaim('claim-ann', { metadata: { labels: { [MARK]: 'from-before-the-restore' } } });
    expect(await claims.markVolumeId('claim-ann')).toBe('from-before-the-restore');
    expect(markOf('claim-ann')).toBe('from-before-the-restore');
  });

  it('is put on though the claim was changed at the same time', async () => {
    const uid = scene.makeClaim('claim-ann');
    scene.server.rules = [GET, PATCH];
    const claims = await scene.observed();
    scene.changeClaim('claim-ann', { metadata: { labels: { other: 'x' } } });
    expect([await claims.markVolumeId('claim-ann'), markOf('claim-ann')]).toEqual([uid, uid]);
  });

  it('is not put on another claim of the same name', async () => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [GET, PATCH];
    const claims = await scene.observed();
    scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-ann' }, {});
    scene.makeClaim('claim-ann');
    expect(await slugOf(claims.markVolumeId('claim-ann'))).toBe('object-changed');
    expect(markOf('claim-ann')).toBeUndefined();
  });

  it('names a claim that is gone, that is not mounted, or that may not be read', async () => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [GET, PATCH];
    const claims = await scene.observed();
    scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-ann' }, {});
    expect(await slugOf(claims.markVolumeId('claim-ann'))).toBe('volume-not-found');
    expect(await slugOf(claims.markVolumeId('claim-bob'))).toBe('volume-not-found');
    scene.server.rules = [];
    const forbidden = await scene.observed();
    expect(await slugOf(forbidden.markVolumeId('claim-ann'))).toBe('forbidden');
  });
});
