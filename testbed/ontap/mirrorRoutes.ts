// SnapMirror relationships and their transfers.
import { Router } from 'express';
import { z } from 'zod';
import { collectionAnswer, oneAnswer, type Collection } from './collectionAnswer';
import { answerJob, bodyOf, handled, parameter, type EmulatorServices } from './emulatorServices';
import { mirrorRecord, runningRecords } from './mirrorRecord';
import { noEntry, notAllowed, OntapError } from './ontapError';

const Key = z.object({ name: z.string().nullish(), uuid: z.string().nullish() });
const Endpoint = z.object({ path: z.string().regex(/^[^:]+:.*$/), cluster: Key.optional() });
const NewMirror = z.object({
  source: Endpoint,
  destination: Endpoint,
  policy: Key.optional(),
  transfer_schedule: Key.optional(),
  throttle: z.coerce.number().optional(),
  state: z.string().optional()
});
const MirrorChange = z.object({
  state: z.string().optional(),
  restore_to_snapshot: z.string().optional(),
  policy: Key.optional(),
  transfer_schedule: Key.optional(),
  throttle: z.coerce.number().optional()
});
const NewTransfer = z.object({ source_snapshot: z.string().optional(), throttle: z.coerce.number().optional() });
const TransferChange = z.object({ state: z.enum(['aborted', 'hard_aborted']) });

const RELATIONSHIP: Omit<Collection, 'rows'> = {
  path: '/api/snapmirror/relationships',
  identifiers: ['uuid'],
  fields: [
    ...['uuid', 'source', 'destination', 'state', 'healthy', 'unhealthy_reason', 'lag_time', 'exported_snapshot'],
    ...['last_transfer_type', 'total_transfer_bytes', 'total_transfer_duration', 'policy', 'transfer_schedule'],
    ...['last_transfer_network_compression_ratio', 'transfer', 'throttle', 'backoff_level', 'group_type', 'restore'],
    ...['consistency_group_failover', 'identity_preservation', 'preserve', 'svmdr_volumes', 'io_serving_copy']
  ]
};
const TRANSFER_FIELDS = [
  ...['uuid', 'state', 'snapshot', 'bytes_transferred', 'checkpoint_size', 'total_duration', 'last_updated_time'],
  ...['throttle', 'relationship', 'end_time', 'error_info', 'network_compression_ratio', 'on_demand_attrs']
];

export function mirrorRoutes(services: EmulatorServices): Router {
  const { world, volumes, clock, pageLimit } = services;
  const router = Router();
  const mirrorOf = (request: Parameters<typeof parameter>[0]) => world.mirror(parameter(request, 'uuid'));
  const transfers = (uuid: string): Omit<Collection, 'rows'> => ({
    path: `${RELATIONSHIP.path}/${uuid}/transfers`,
    identifiers: ['uuid'],
    fields: TRANSFER_FIELDS
  });

  router
    .route('/snapmirror/relationships')
    .get(
      handled((request, response) => {
        const now = clock.now();
        // Whose source is here, seen from here: only those of this very cluster are known.
        const all = [...world.mirrors.values()];
        const shown =
          request.query.list_destinations_only === 'true' ? all.filter(one => !one.start.source.cluster) : all;
        const rows = shown.map(mirror => ({ sequence: mirror.start.sequence, row: () => mirrorRecord(mirror, now) }));
        response.json(collectionAnswer(request, { ...RELATIONSHIP, rows }, pageLimit()));
      })
    )
    .post(
      handled(async (request, response) => {
        const {
          source,
          destination,
          policy,
          transfer_schedule: schedule,
          throttle,
          state
        } = bodyOf(request, NewMirror);
        if ([...world.mirrors.values()].some(({ start }) => start.destination.path === destination.path)) {
          throw new OntapError(409, '6619637', `Relationship with destination "${destination.path}" already exists.`);
        }
        const target = volumes.at(destination.path);
        if (target !== undefined && target.type !== 'dp') {
          throw new OntapError(400, '6619546', `Destination volume "${destination.path}" is not of type DP.`);
        }
        const wish = {
          ...{ source: source.path, destination: destination.path, state: 'uninitialized', throttle },
          sourceCluster: source.cluster?.name ?? undefined,
          policy: policy?.name ?? policy?.uuid ?? undefined,
          schedule: schedule?.name ?? schedule?.uuid ?? null
        };
        await answerJob(services, request, response, async () => {
          const mirror = world.add(wish);
          if (state !== undefined) {
            await world.changeState(mirror, state);
          }
        });
      })
    );
  router
    .route('/snapmirror/relationships/:uuid')
    .get(
      handled((request, response) => {
        response.json(oneAnswer(request, mirrorRecord(mirrorOf(request), clock.now()), RELATIONSHIP));
      })
    )
    .patch(
      handled(async (request, response) => {
        const mirror = mirrorOf(request);
        const {
          state,
          policy,
          transfer_schedule: schedule,
          throttle,
          restore_to_snapshot: restore
        } = bodyOf(request, MirrorChange);
        if (state !== undefined) {
          world.checkTransition(mirror, state);
        }
        await answerJob(services, request, response, async () => {
          if (state !== undefined) {
            await world.changeState(mirror, state);
          }
          if (restore !== undefined) {
            mirror.exported = { name: restore, at: mirror.exported?.at ?? clock.now() };
          }
          mirror.policy = policy === undefined ? mirror.policy : world.policy(policy.name ?? policy.uuid ?? '');
          mirror.throttle = throttle ?? mirror.throttle;
          if (schedule !== undefined) {
            const key = schedule.name ?? schedule.uuid;
            mirror.schedule = key === null || key === undefined ? null : world.schedule(key);
            mirror.plan(clock.now());
          }
        });
      })
    )
    .delete(
      handled(async (request, response) => {
        const { uuid } = mirrorOf(request);
        await answerJob(services, request, response, () => void world.mirrors.delete(uuid));
      })
    );
  router
    .route('/snapmirror/relationships/:uuid/transfers')
    .get(
      handled((request, response) => {
        const mirror = mirrorOf(request);
        const rows = runningRecords(mirror, clock.now()).map((row, sequence) => ({ sequence, row: () => row }));
        response.json(collectionAnswer(request, { ...transfers(mirror.uuid), rows }, pageLimit()));
      })
    )
    .post(
      handled(async (request, response) => {
        const mirror = mirrorOf(request);
        const { source_snapshot: snapshot } = bodyOf(request, NewTransfer);
        const uuid = await world.transfer(mirror, snapshot);
        response.status(201).setHeader('location', `${transfers(mirror.uuid).path}/${uuid}`);
        const asked = request.query.return_records === 'true';
        response.json(asked ? { num_records: 1, records: runningRecords(mirror, clock.now()) } : {});
      })
    );
  router
    .route('/snapmirror/relationships/:uuid/transfers/:transfer')
    .get(
      handled((request, response) => {
        const mirror = mirrorOf(request);
        const row = runningRecords(mirror, clock.now()).find(({ uuid }) => uuid === parameter(request, 'transfer'));
        if (row === undefined) {
          throw noEntry();
        }
        response.json(oneAnswer(request, row, transfers(mirror.uuid)));
      })
    )
    .patch(
      handled(async (request, response) => {
        const mirror = mirrorOf(request);
        const { state } = bodyOf(request, TransferChange);
        if (mirror.running?.uuid !== parameter(request, 'transfer')) {
          throw noEntry();
        }
        await mirror.abort(state, clock.now());
        response.json({});
      })
    );
  router.all(/^\/snapmirror\/relationships(\/[^/]+(\/transfers(\/[^/]+)?)?)?\/?$/, notAllowed);
  return router;
}
