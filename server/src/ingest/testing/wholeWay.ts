/** A server’s whole way to ONTAP: the feature, the controller’s own endpoint with its tokens, and an emulator of ONTAP. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OntapEmulator } from '../../../../testbed/ontap/ontapEmulator';
import { IngestScene as ControllerScene, type SceneOptions } from '../../controller/ingest/testing/ingestScene';
import { sampleVolume } from '../../testing/sampleObjects';
import { ingestScene, type IngestScene, type IngestSceneOptions } from './ingestScene';

export const CLAIM = sampleVolume().id;

type Wish = Parameters<OntapEmulator['addRelationship']>[0];

/** `end` in afterEach. */
export class WholeWay {
  readonly #servers: IngestScene[] = [];

  private constructor(
    readonly controller: ControllerScene,
    readonly folder: string
  ) {}

  static async open(options: SceneOptions = {}): Promise<WholeWay> {
    const controller = await ControllerScene.open(options);
    ['update', 'promote', 'resync'].forEach(verb => controller.api.allowed.add(`hub/${verb}`));
    return new WholeWay(controller, await mkdtemp(join(tmpdir(), 'datamark-way-')));
  }

  get ontap(): OntapEmulator {
    return this.controller.ontap();
  }

  /** A mirror into CLAIM, its data twelve minutes old. */
  mirror(wish: Partial<Wish> = {}): ReturnType<OntapEmulator['addRelationship']> {
    const destination = 'svm_dst:sales_copy';
    this.controller.claim(CLAIM, { annotations: { 'datamark.github.io/mirror-destination': destination } });
    const exported = { name: 'snapmirror.1', ageSeconds: 720 };
    return this.ontap.addRelationship({ source: 'svm_src:sales', destination, exported, ...wish });
  }

  /** A server whose pod mounts these claims. */
  async server(
    name = 'jupyter-ann',
    claims: readonly string[] = [CLAIM],
    settings: IngestSceneOptions['settings'] = {}
  ): Promise<IngestScene> {
    const tokenFile = join(this.folder, name);
    await writeFile(tokenFile, this.controller.pod(name, claims));
    const address = {
      url: `https://127.0.0.1:${this.controller.port}`,
      caFile: join(this.ontap.certificates.folder, 'ca.crt'),
      tokenFile
    };
    const scene = await ingestScene({ controller: { address: () => address }, settings });
    this.#servers.push(scene);
    return scene;
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.map(scene => scene.dispose()));
    await this.controller.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
