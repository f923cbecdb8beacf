/**
 * An ONTAP beside the hub, of which the deployed controller tells its servers. Where it is and what it lets in is settled once,
 * before any test, since the controller is told of it; a test then starts it there. It moves real files between claims of the bed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bedMover, type BedVolumes } from '../../testbed/ontap/bedMover';
import { EmulatorClock } from '../../testbed/ontap/emulatorClock';
import { makeCertificates, type EmulatorCertificates } from '../../testbed/ontap/emulatorCertificates';
import { OntapEmulator } from '../../testbed/ontap/ontapEmulator';
import type { Bed } from '../../testbed/support/bed';
import { INGEST_HOST, installIngest, removeIngest, type DeployedIngest } from '../../testbed/support/deployedIngest';
import { freePort } from '../../testbed/support/freePort';

/** Names the file with what was settled, for the processes that run tests. */
const VARIABLE = 'DATAMARK_HUB_STORAGE';
const USER = 'datamark-controller';

interface Settled {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly certificates: Omit<EmulatorCertificates, 'dispose'>;
  readonly ingest: DeployedIngest;
}

/** Settles it, and installs all that the controller needs to ask it; gives the controller’s setting. */
export async function installIngestFor(bed: Bed, namespace: string): Promise<object> {
  const host = bed.hostAddress;
  const [port, certificates] = await Promise.all([freePort(), makeCertificates('nobody', [`IP:${host}`])]);
  const password = `canary-${randomBytes(12).toString('hex')}`;
  const { ca } = certificates;
  const ingest = await installIngest({ address: `https://${host}:${port}`, ca, username: USER, password }, [namespace]);
  const settled: Settled = { host, port, password, certificates, ingest };
  await certificates.dispose();
  const folder = await mkdtemp(join(tmpdir(), 'datamark-storage-'));
  const file = join(folder, 'settled.json');
  await writeFile(file, JSON.stringify(settled), { mode: 0o600 });
  process.env[VARIABLE] = file;
  return ingest.settings;
}

/** Takes all of that away again. */
export async function removeIngestAgain(): Promise<void> {
  await removeIngest();
  const file = process.env[VARIABLE];
  if (file !== undefined) {
    await rm(dirname(file), { recursive: true, force: true });
  }
}

/** Started by `start`; what it holds in the pool of the bed goes with it. */
export class HubStorage implements AsyncDisposable {
  private constructor(
    readonly ontap: OntapEmulator,
    private readonly settled: Settled,
    private readonly mover: AsyncDisposable
  ) {}

  /** `volumes`: the claims behind `svm:volume`. */
  static async start(bed: Bed, volumes: BedVolumes): Promise<HubStorage> {
    const file = process.env[VARIABLE];
    if (file === undefined) {
      throw new Error('No storage was settled when the controller was installed.');
    }
    const settled = JSON.parse(await readFile(file, 'utf8')) as Settled;
    const { host, port, password } = settled;
    const mover = bedMover(bed, volumes);
    const ontap = new OntapEmulator({
      ...{ host, port, mover, clock: new EmulatorClock({ flows: true }) },
      certificates: { ...settled.certificates, dispose: async () => undefined },
      accounts: [{ name: USER, password, role: 'admin' }]
    });
    await ontap.start();
    return new HubStorage(ontap, settled, { [Symbol.asyncDispose]: () => mover.dispose() });
  }

  /** What nobody but the controller may know. */
  get password(): string {
    return this.settled.password;
  }

  /** Options of a server for the scenario `with-mirrors`. `claims`: those that mirrors arrive in, by their folder below home. */
  optionsFor(claims: Readonly<Record<string, string>>): { readonly mirrors: object } {
    const { ip, projected } = this.settled.ingest;
    return { mirrors: { claims, host: INGEST_HOST, ip, projected } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ontap.stop();
    await this.mover[Symbol.asyncDispose]();
  }
}
