import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryProvider } from '../../testing/memoryProvider';
import { sampleClone, sampleVolume } from '../../testing/sampleObjects';
import { SnapshotService } from '../snapshots/snapshotService';
import { VolumeService } from '../volumes/volumeService';
import { CloneService } from './cloneService';

test('the plan of a deletion says that the notebook of its reproduction stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    const provider = new MemoryProvider();
    const clone = sampleClone({ name: 'sweep', path: join(folder, 'datamark-clones', 'sweep') });
    provider.index.upsert(sampleVolume({ mountPath: folder }));
    provider.index.upsert(clone);
    const volumes = new VolumeService(provider.index);
    const service = new CloneService({ provider, volumes, snapshots: {} as SnapshotService });
    expect(await service.delete(clone.id, { dryRun: true })).toMatchObject({ warnings: [] });
    await mkdir(`${clone.path ?? ''}.reproduction`, { recursive: true });
    await writeFile(join(`${clone.path ?? ''}.reproduction`, 'train.ipynb'), '{}');
    expect(await service.delete(clone.id, { dryRun: true })).toMatchObject({
      warnings: [`The notebook of its reproduction stays in ${clone.path ?? ''}.reproduction.`]
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
