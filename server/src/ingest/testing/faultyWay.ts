/** The whole way to an ONTAP that goes wrong, at noon by the controller’s clock, and what a person reads then. */
import { EmulatorClock } from '../../../../testbed/ontap/emulatorClock';
import { makeCertificates, type EmulatorCertificates } from '../../../../testbed/ontap/emulatorCertificates';
import type { OntapEmulator } from '../../../../testbed/ontap/ontapEmulator';
import type { SceneOptions } from '../../controller/ingest/testing/ingestScene';
import type { IngestScene } from './ingestScene';
import { panelWords, type Read } from './panelWords';
import { WholeWay } from './wholeWay';

const NOON = Date.parse('2026-11-23T12:00:00Z');

export type Wish = Parameters<WholeWay['mirror']>[0];

export const ENDS = 'home, from svm_src:sales to svm_dst:sales_copy';
/** The row of an ordinary mirror, up to its condition. */
export const ROW = `${ENDS}, as of 12 min ago`;
export const TRY_AGAIN = 'Try again in a minute; if it stays, ask an admin.';

export interface FaultyOptions extends SceneOptions {
  /** Of ONTAP’s clock, in ms. */
  readonly ontapAhead?: number;
}

export class FaultyWay {
  #certificates: EmulatorCertificates | null = null;
  #way: WholeWay | null = null;
  /** The controller’s clock; ONTAP’s goes with it, by `pass`. */
  time = NOON;

  /** Registers what goes before and after the tests of the file that calls it. */
  constructor() {
    beforeAll(async () => {
      this.#certificates = await makeCertificates('certificate-user');
    });
    afterAll(() => this.#certificates?.dispose());
    afterEach(async () => {
      await this.#way?.end();
      this.#way = null;
    });
  }

  async open({ ontapAhead = 0, ...options }: FaultyOptions = {}): Promise<OntapEmulator> {
    this.time = NOON;
    this.#way = await WholeWay.open({
      clock: () => new Date(this.time),
      emulator: {
        clock: new EmulatorClock({ startsAt: NOON + ontapAhead }),
        certificates: this.#certificates ?? undefined
      },
      ...options
    });
    return this.ontap;
  }

  get ontap(): OntapEmulator {
    return this.way.ontap;
  }

  get way(): WholeWay {
    if (this.#way === null) {
      throw new Error('it is not open');
    }
    return this.#way;
  }

  /** A mirror, and a server that mounts its destination. */
  async seen(wish: Wish = {}): Promise<{ readonly server: IngestScene; readonly id: string; readonly uuid: string }> {
    const { uuid } = this.way.mirror(wish);
    const server = await this.way.server();
    return { server, uuid, id: (await server.service.list({})).items[0]?.id ?? '' };
  }

  async pass(seconds: number): Promise<void> {
    await this.ontap.advance(seconds);
    this.time += seconds * 1000;
  }

  /** What a person reads who asks anew. */
  async read({ service }: IngestScene): Promise<Read> {
    return panelWords(await service.list({ anew: true }));
  }
}
