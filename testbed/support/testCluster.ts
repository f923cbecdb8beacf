// The cluster that the tests run on: whatever KUBECONFIG names, the test bed or any other with snapshots.
import { Account } from './account';
import { readKubeconfig } from './kubeconfig';
import { at, textAt } from './kubernetesObject';
import { TestNamespace } from './testNamespace';

/** How a pod of the tests gets its programs on this cluster. */
export interface PodImage {
  name: string;
  /** The test bed's image is empty: pods use the host's /usr. */
  mountUsr: boolean;
}

/** The image of the test bed, which holds no programs of its own. */
export const BED_IMAGE = 'localhost/testbed-base:1';

/** One cluster, asked as the administrator that KUBECONFIG names. */
export class TestCluster {
  private constructor(
    readonly admin: Account,
    readonly image: PodImage
  ) {}

  /** Connects, and finds out which image pods can have. */
  static async open(): Promise<TestCluster> {
    const admin = new Account(await readKubeconfig());
    const nodes = await admin.list('Node');
    const names = nodes.flatMap(node =>
      ((at(node, 'status', 'images') ?? []) as { names?: string[] }[]).flatMap(image => image.names ?? [])
    );
    const bed = names.includes(BED_IMAGE);
    const other = process.env.DATAMARK_TEST_IMAGE ?? 'busybox:1.37';
    return new TestCluster(admin, { name: bed ? BED_IMAGE : other, mountUsr: bed });
  }

  /** The name of the default StorageClass. */
  async defaultStorageClass(): Promise<string> {
    const marked = 'storageclass.kubernetes.io/is-default-class';
    const classes = await this.admin.list('StorageClass');
    return textAt(
      classes.find(one => one.metadata.annotations?.[marked] === 'true'),
      'metadata',
      'name'
    );
  }

  /** Makes a namespace of one test file; `remove()` it in afterAll. */
  namespace(name: string): Promise<TestNamespace> {
    return TestNamespace.create(this, name);
  }

  /** Closes idle connections. */
  close(): void {
    this.admin.close();
  }
}
