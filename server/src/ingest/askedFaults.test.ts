/** What a person is told who asks something of a mirror while ONTAP goes wrong. */
import { FaultyWay, ROW, TRY_AGAIN, type FaultyOptions } from './testing/faultyWay';

type Seen = Awaited<ReturnType<FaultyWay['seen']>>;

jest.setTimeout(60_000);

const faulty = new FaultyWay();

describe('what is asked of a mirror', () => {
  const seen = async (options?: FaultyOptions): Promise<Seen> => {
    await faulty.open(options);
    return faulty.seen({ bytesPerTransfer: 1000, bytesPerSecond: 10 });
  };
  const promoted = ({ server, id, uuid }: Seen): Promise<unknown> =>
    server.service.promote(id, { uid: uuid, state: 'mirrored', confirm: 'home' });

  it('and was deleted after it was listed is refused, and it is shown no more', async () => {
    const { server, id, uuid } = await seen();
    faulty.ontap.forget(uuid);

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        status: 404,
        detail: 'There is no such mirror into a volume of this server.',
        next: 'Look at the list again.'
      }
    });
    expect((await faulty.read(server)).rows).toEqual([]);
  });

  it('and is a transfer that fails is told with ONTAP’s reason, though the transfer itself tells none', async () => {
    const { server, id } = await seen();
    const reason = { code: '6619631', message: 'Source is gone.' };
    faulty.ontap.failTransfers(reason);
    await server.service.update(id, null);
    await faulty.ontap.advance(120);

    const { items } = await server.service.list({ anew: true });
    expect(items).toMatchObject([{ update: { state: 'failed', reasons: [reason] } }]);
  });

  it('and is carried out by a job that fails is told in the words of the job', async () => {
    const asked = await seen();
    faulty.ontap.failJobs({ code: '13303808', message: 'Break failed.' });

    await expect(promoted(asked)).rejects.toMatchObject({
      problem: {
        detail: 'one began it, and failed. It says: “Break failed.” (code 13303808).',
        next: 'Look at the mirror again; if it stays, show an admin what ONTAP says.'
      }
    });
    expect((await faulty.read(asked.server)).rows).toEqual([`${ROW}, Healthy`]);
  });

  it('and was begun is no failure where the account may not look at the job', async () => {
    const asked = await seen();
    faulty.ontap.fail({ status: 403 }, { path: '/cluster/jobs' });

    await promoted(asked);

    expect((await faulty.read(asked.server)).rows[0]).toContain('Broken off');
  });

  it.each([
    ['500', { status: 500 }],
    ['a cut connection', { cut: 'before' }],
    ['something else', { notJson: true }]
  ] as const)('and answered by %s may have happened, which is said', async (_, fault) => {
    const { server, id } = await seen();
    faulty.ontap.fail(fault, { method: 'POST', path: '/transfers' });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        detail: expect.stringMatching(/ What was asked for may have happened all the same\.$/),
        next: 'Look at the mirror again before you ask again.'
      }
    });
  });

  it('and begun without an answer is told as what was asked for, not as another one', async () => {
    const { server, id } = await seen();
    faulty.ontap.fail({ cut: 'after' }, { method: 'POST', path: '/transfers' });

    expect((await server.service.update(id, null)).update).toMatchObject({ state: 'running', alreadyRunning: false });
  });

  it('and fails before anything was sent did not happen, which is said', async () => {
    const { server, id, uuid } = await seen({ settings: { pollSeconds: 3_600 } });
    faulty.ontap.fail({ status: 500 }, { path: uuid });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: { detail: expect.stringMatching(/^one failed \(500\)\..* Nothing was changed\.$/), next: TRY_AGAIN }
    });
  });

  it('and is answered with 404 by what is no ONTAP is not told as deleted', async () => {
    const { server, id, uuid } = await seen({ settings: { pollSeconds: 3_600 } });
    faulty.ontap.fail({ status: 404, text: '<html>Not here.</html>' }, { path: uuid });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('What answers as one does not know /api/snapmirror/relationships/') }
    });
    faulty.ontap.mend();
    expect((await faulty.read(server)).rows).toEqual([`${ROW}, Healthy`]);
  });
});
