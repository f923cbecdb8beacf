// Moves real data between claims of the test bed: what arrives is seen by pods that mount the destination. Claims have to be of
// a class of plain volumes, as the bed's default is: those of a size are one image each.
import path from 'node:path';
import { z } from 'zod';
import type { Bed } from '../support/bed';
import type { TestNamespace } from '../support/testNamespace';
import { BtrfsMover } from './btrfsMover';

const Claim = z.looseObject({ spec: z.looseObject({ volumeName: z.string() }) });
const Volume = z.looseObject({ spec: z.looseObject({ csi: z.looseObject({ volumeHandle: z.string() }) }) });

/** Bound claims by their `svm:volume`. */
export type BedVolumes = Readonly<Record<string, { readonly namespace: TestNamespace; readonly claim: string }>>;

export function bedMover(bed: Bed, volumes: BedVolumes): BtrfsMover {
  const pool = path.join(bed.directory, 'pool');
  const folder = async (name: string): Promise<string> => {
    const volume = volumes[name];
    if (volume === undefined) {
      throw new Error(`no claim of the bed is ${name}`);
    }
    const { namespace, claim } = volume;
    const { spec } = Claim.parse(await namespace.get('PersistentVolumeClaim', claim));
    const bound = Volume.parse(await namespace.cluster.admin.get('PersistentVolume', spec.volumeName));
    return path.join(pool, 'volumes', bound.spec.csi.volumeHandle);
  };
  const run = (program: string, ...words: string[]) => bed.run('env', 'LC_ALL=C', program, ...words);
  // Beside the folders of the driver, which deletes there what it does not know.
  return new BtrfsMover({ place: path.join(pool, 'mirrors'), folder, run });
}
