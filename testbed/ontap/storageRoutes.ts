// Volumes with FlexClones, and snapshots.
import { Router } from 'express';
import { z } from 'zod';
import { collectionAnswer, oneAnswer } from './collectionAnswer';
import { answerJob, bodyOf, handled, parameter, type EmulatorServices } from './emulatorServices';
import { badValue, notAllowed } from './ontapError';
import { snapshotRecord, volumeRecord } from './volumeTable';

const Key = z.object({ name: z.string().optional(), uuid: z.string().optional() });
const NewVolume = z.object({
  name: z.string(),
  svm: Key,
  type: z.enum(['rw', 'dp']).default('rw'),
  clone: z
    .object({ is_flexclone: z.boolean().optional(), parent_volume: Key, parent_snapshot: Key.optional() })
    .optional()
});
const NewSnapshot = z.object({ name: z.string().min(1), comment: z.string().optional() });
const VOLUME = {
  path: '/api/storage/volumes',
  identifiers: ['uuid', 'name'],
  fields: [
    ...['uuid', 'name', 'svm', 'type', 'state', 'style', 'size', 'space', 'snapmirror', 'clone', 'create_time'],
    ...['comment', 'nas', 'aggregates']
  ]
};
const SNAPSHOT_FIELDS = ['uuid', 'name', 'volume', 'svm', 'create_time', 'comment', 'size', 'snapmirror_label'];

export function storageRoutes(services: EmulatorServices): Router {
  const { volumes, world, pageLimit } = services;
  const router = Router();
  const volumeOf = (request: Parameters<typeof parameter>[0]) => volumes.get(parameter(request, 'uuid'));
  const snapshotPath = (uuid: string) => `${VOLUME.path}/${uuid}/snapshots`;

  router
    .route('/storage/volumes')
    .get(
      handled((request, response) => {
        const rows = [...volumes.all()].map(volume => ({ sequence: volume.sequence, row: () => volumeRecord(volume) }));
        response.json(collectionAnswer(request, { ...VOLUME, rows }, pageLimit()));
      })
    )
    .post(
      handled(async (request, response) => {
        const { name, svm: key, type, clone } = bodyOf(request, NewVolume);
        const svm = [...world.svms.values()].find(one => one.uuid === key.uuid || one.name === key.name);
        if (svm === undefined) {
          throw badValue(key.name ?? key.uuid, 'svm.name');
        }
        await answerJob(services, request, response, () => {
          if (clone === undefined) {
            volumes.add(svm, name, type);
          } else {
            const { parent_volume: parent, parent_snapshot: snapshot } = clone;
            volumes.clone(svm, name, parent.uuid ?? parent.name ?? '', snapshot?.name);
          }
        });
      })
    );
  router
    .route('/storage/volumes/:uuid')
    .get(
      handled((request, response) => void response.json(oneAnswer(request, volumeRecord(volumeOf(request)), VOLUME)))
    )
    .delete(
      handled(async (request, response) => {
        const { uuid } = volumeOf(request);
        await answerJob(services, request, response, () => volumes.delete(uuid));
      })
    );
  router
    .route('/storage/volumes/:uuid/snapshots')
    .get(
      handled((request, response) => {
        const volume = volumeOf(request);
        const rows = volume.snapshots.map((one, sequence) => ({ sequence, row: () => snapshotRecord(volume, one) }));
        const collection = { path: snapshotPath(volume.uuid), identifiers: ['uuid', 'name'], fields: SNAPSHOT_FIELDS };
        response.json(collectionAnswer(request, { ...collection, rows }, pageLimit()));
      })
    )
    .post(
      handled(async (request, response) => {
        const volume = volumeOf(request);
        const { name, comment } = bodyOf(request, NewSnapshot);
        await answerJob(services, request, response, () => void volumes.snapshot(volume, name, comment));
      })
    );
  router.delete(
    '/storage/volumes/:uuid/snapshots/:snapshot',
    handled(async (request, response) => {
      const volume = volumeOf(request);
      await answerJob(services, request, response, () =>
        volumes.deleteSnapshot(volume, parameter(request, 'snapshot'))
      );
    })
  );
  router.all(/^\/storage\/volumes(\/[^/]+(\/snapshots(\/[^/]+)?)?)?\/?$/, notAllowed);
  return router;
}
