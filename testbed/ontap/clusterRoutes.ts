// GET of the cluster, its nodes, SVMs, peers, schedules, policies and jobs.
import { Router } from 'express';
import { randomUUID } from 'node:crypto';
import { collectionAnswer, oneAnswer, type Collection } from './collectionAnswer';
import { handled, parameter, type EmulatorServices } from './emulatorServices';
import { noEntry, notAllowed } from './ontapError';

type Row = Record<string, unknown>;
const NAMES = /^\/(cluster|cluster\/(nodes|schedules|jobs)|svm\/(svms|peers)|snapmirror\/policies)(\/[^/]+)?\/?$/;
const NUMBERS = /^(\d+)\.(\d+)\.(\d+)/;

export function clusterRoutes(services: EmulatorServices): Router {
  const { world, jobs, version, pageLimit, clusterName } = services;
  const router = Router();
  const clusterUuid = randomUUID();
  const node = { uuid: randomUUID(), name: `${clusterName}-01`, serial_number: '721802000260', state: 'up' };

  router.get(
    '/cluster',
    handled((request, response) => {
      const [, generation, major, minor] = NUMBERS.exec(version()) ?? [];
      const full = `NetApp Release ${version()}: an emulator`;
      const told = { full, generation: Number(generation), major: Number(major), minor: Number(minor) };
      // Its schedules go by UTC.
      const timezone = { name: 'Etc/UTC' };
      const row = { uuid: clusterUuid, name: clusterName, version: told, contact: '', location: '', timezone };
      const fields = Object.keys(row);
      response.json(oneAnswer(request, row, { path: '/api/cluster', identifiers: ['name', 'uuid'], fields }));
    })
  );

  const list = (path: string, identifiers: string[], fields: string[], rows: () => Row[], one = true): void => {
    const collection: Omit<Collection, 'rows'> = { path: `/api${path}`, identifiers, fields };
    router.get(
      path,
      handled((request, response) => {
        const numbered = rows().map((row, sequence) => ({ sequence, row: () => row }));
        response.json(collectionAnswer(request, { ...collection, rows: numbered }, pageLimit()));
      })
    );
    if (one) {
      router.get(
        `${path}/:uuid`,
        handled((request, response) => {
          const row = rows().find(({ uuid }) => uuid === parameter(request, 'uuid'));
          if (row === undefined) {
            throw noEntry();
          }
          response.json(oneAnswer(request, row, collection));
        })
      );
    }
  };

  const named = ['uuid', 'name'];
  list('/cluster/nodes', named, [...named, 'serial_number', 'state'], () => [node]);
  list('/svm/svms', named, [...named, 'state', 'subtype'], () =>
    [...world.svms.values()].map(svm => ({ ...svm, state: 'running', subtype: 'default' }))
  );
  list('/svm/peers', ['uuid'], ['uuid', 'svm', 'peer', 'state', 'applications'], () => peers(services), false);
  list('/cluster/schedules', named, [...named, 'type', 'scope', 'cron', 'interval'], () =>
    [...world.schedules.values()].map(schedule => ({ ...schedule.record() }))
  );
  list('/snapmirror/policies', named, [...named, 'type', 'scope', 'sync_type'], () =>
    [...world.policies.values()].map(policy => ({ ...policy }))
  );
  const ofJob = ['uuid', 'description', 'state', 'message', 'code', 'error', 'start_time', 'end_time'];
  list('/cluster/jobs', ['uuid'], ofJob, () => jobs.records().map(job => ({ ...job })));
  router.all(NAMES, notAllowed);
  return router;
}

// SVMs that mirrors tie together are peered.
function peers({ world }: EmulatorServices): Row[] {
  const found = new Map<string, Row>();
  for (const { start } of world.mirrors.values()) {
    const [svm, other] = [start.destination.svm, start.source.svm];
    const cluster = start.source.cluster === undefined ? {} : { cluster: start.source.cluster };
    const peer = { svm: other, ...cluster };
    found.set(`${svm.uuid} ${other.uuid}`, {
      ...{ uuid: `${svm.uuid.slice(0, 18)}${other.uuid.slice(18)}` },
      ...{ svm, peer, state: 'peered', applications: ['snapmirror'] }
    });
  }
  return [...found.values()];
}
