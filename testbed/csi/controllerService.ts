// CSI Controller: makes, lists and deletes volumes and snapshots.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isBlock, refusedCapability } from './capability';
import { CsiError, need } from './csiError';
import { classParameters } from './faults';
import { TOPOLOGY_KEY } from './identityService';
import { listPage } from './listPage';
import type {
  ContentSource,
  CreateSnapshotRequest,
  CreateVolumeRequest,
  ListRequest,
  ValidateRequest,
  VolumeCapability
} from './messages';
import type { Pool, Snapshot, Source, Volume } from './pool';
import { newVolumeId, shapeOf } from './volumeStore';

const GIB = 2 ** 30;
/** The smallest file system that mkfs makes with the options of volumeStore.ts. */
const SMALLEST_SIZED = 16 * 2 ** 20;

/** The service's methods. */
export function controllerService(pool: Pool, node: string) {
  const { volumes, snapshots, locks, store } = pool;
  const failedOnce = new Set<string>();

  const volumeAnswer = (volume: Volume) => ({
    volume_id: volume.id,
    capacity_bytes: volume.bytes,
    volume_context: {},
    accessible_topology: [
      { segments: { [TOPOLOGY_KEY]: volume.source === null ? node : (volume.parameters.copiesOn ?? node) } }
    ],
    content_source: contentSource(volume.source)
  });
  const snapshotAnswer = (snapshot: Snapshot) => ({
    snapshot_id: snapshot.id,
    source_volume_id: snapshot.volume,
    size_bytes: snapshot.bytes,
    creation_time: { seconds: Math.floor(snapshot.created / 1000), nanos: (snapshot.created % 1000) * 1e6 },
    ready_to_use: Date.now() >= snapshot.readyAt
  });

  function sourceRecord(source: Source): Volume | Snapshot | undefined {
    if (!source) {
      return undefined;
    }
    const found = 'snapshot' in source ? snapshots.get(source.snapshot) : volumes.get(source.volume);
    if (!found) {
      throw new CsiError('NOT_FOUND', `the source ${Object.values(source).join()} does not exist`);
    }
    return found;
  }

  async function CreateVolume(request: CreateVolumeRequest) {
    checkName(request.name);
    const refused = refusedCapability(request.volume_capabilities);
    need(refused === undefined, String(refused));
    const parameters = classParameters(request.parameters);
    const requisite = request.accessibility_requirements?.requisite ?? [];
    if (requisite.length > 0 && !requisite.some(({ segments }) => segments[TOPOLOGY_KEY] === node)) {
      throw new CsiError('RESOURCE_EXHAUSTED', `volumes can be made on node ${node} only`);
    }
    const { required_bytes: required = 0, limit_bytes: limit = 0 } = request.capacity_range ?? {};
    need(required >= 0 && limit >= 0 && (limit === 0 || required <= limit), 'capacity_range makes no sense');
    const source = sourceOf(request.volume_content_source);

    return locks.during({ alone: [`volume name ${request.name}`] }, async () => {
      const old = [...volumes.values()].find(({ name }) => name === request.name);
      if (old) {
        const fits = old.bytes >= required && (limit === 0 || old.bytes <= limit);
        if (!fits || !isDeepStrictEqual(old.source, source) || !isDeepStrictEqual(old.parameters, parameters)) {
          throw new CsiError('ALREADY_EXISTS', `volume ${request.name} exists with another size, source or class`);
        }
        return { volume: volumeAnswer(old) };
      }
      const from = sourceRecord(source);
      const sized = parameters.sized === 'true';
      const shape = request.volume_capabilities.some(isBlock) ? 'block' : sized ? 'sized' : 'plain';
      if (parameters.full === 'true') {
        throw new CsiError('RESOURCE_EXHAUSTED', 'the pool is full (class parameter full)');
      }
      if (from && ((limit > 0 && limit < from.bytes) || (required > 0 && required < from.bytes))) {
        throw new CsiError('OUT_OF_RANGE', `the source has ${from.bytes} bytes, which is more than asked for`);
      }
      if (from && 'readyAt' in from && Date.now() < from.readyAt) {
        throw new CsiError('FAILED_PRECONDITION', `snapshot ${from.id} is not ready to use yet`);
      }
      const origin = from && 'volume' in from ? from.volume : from?.id;
      need(
        origin === undefined || shapeOf(origin) === shape,
        'the source is a block device and this is not, or of a class with other sizes (parameter sized)'
      );
      const asked = required || from?.bytes || (limit ? Math.min(limit, GIB) : GIB);
      const bytes = shape === 'sized' ? Math.max(asked, SMALLEST_SIZED) : asked;

      return locks.during({ shared: from ? [from.id] : [] }, async () => {
        await delay(Number(parameters.createDelayMs ?? 0));
        const volume = { id: newVolumeId(shape), sequence: pool.next(), name: request.name, bytes, parameters, source };
        try {
          await (from
            ? store.copy('readyAt' in from ? 'snapshots' : 'volumes', from.id, volume.id, bytes)
            : store.create(volume.id, bytes));
          volumes.set(volume.id, volume);
          await pool.save();
        } catch (error) {
          volumes.delete(volume.id);
          await store.destroy('volumes', volume.id).catch(() => undefined);
          throw error;
        }
        return { volume: volumeAnswer(volume) };
      });
    });
  }

  async function DeleteVolume({ volume_id: id }: { volume_id: string }) {
    need(id, 'volume_id is missing');
    return locks.during({ alone: [id] }, async () => {
      const volume = volumes.get(id);
      if (volume) {
        const dependents = [...snapshots.values()].filter(one => one.volume === id).length;
        if (volume.parameters.keptForSnapshots === 'true' && dependents > 0) {
          throw new CsiError('FAILED_PRECONDITION', `${dependents} snapshots depend on volume ${id}`);
        }
        await store.release(id);
        const [used] = await store.publications(id);
        if (used) {
          throw new CsiError('FAILED_PRECONDITION', `volume ${id} is still mounted at ${used.at}`);
        }
        await store.destroy('volumes', id);
        volumes.delete(id);
        await pool.save();
      }
      return {};
    });
  }

  async function CreateSnapshot({ name, source_volume_id: of, parameters }: CreateSnapshotRequest) {
    checkName(name);
    need(of, 'source_volume_id is missing');
    const given = classParameters(parameters);
    return locks.during({ alone: [`snapshot name ${name}`], shared: [of] }, async () => {
      const old = [...snapshots.values()].find(one => one.name === name);
      if (old && old.volume !== of) {
        throw new CsiError('ALREADY_EXISTS', `snapshot ${name} exists of another volume, ${old.volume}`);
      }
      if (old) {
        return { snapshot: snapshotAnswer(old) };
      }
      const volume = volumes.get(of);
      if (!volume) {
        throw new CsiError('NOT_FOUND', `source volume ${of} does not exist`);
      }
      // The volume's StorageClass sets defaults; how long a volume takes and whether there is room for it are its own.
      const settings = { ...volume.parameters, createDelayMs: undefined, full: undefined, ...given };
      await delay(Number(settings.createDelayMs ?? 0));
      if (settings.full === 'true') {
        throw new CsiError(
          'RESOURCE_EXHAUSTED',
          `the pool is full (class parameter full): snapshot ${name} was not taken`
        );
      }
      const fails = settings.failSnapshots;
      if (fails === 'always' || (fails === 'once' && !failedOnce.has(name))) {
        failedOnce.add(name);
        throw new CsiError(
          'INTERNAL',
          `the array failed (class parameter failSnapshots=${fails}): snapshot ${name} was not taken`
        );
      }
      const id = `snap-${randomUUID()}`;
      try {
        await store.snapshot(of, id);
        const created = Date.now();
        const readyAt = created + Number(settings.snapshotReadyDelayMs ?? 0);
        const snapshot = { id, sequence: pool.next(), name, volume: of, bytes: volume.bytes, created, readyAt };
        snapshots.set(id, snapshot);
        await pool.save();
        return { snapshot: snapshotAnswer(snapshot) };
      } catch (error) {
        snapshots.delete(id);
        await store.destroy('snapshots', id).catch(() => undefined);
        throw error;
      }
    });
  }

  async function DeleteSnapshot({ snapshot_id: id }: { snapshot_id: string }) {
    need(id, 'snapshot_id is missing');
    return locks.during({ alone: [id] }, async () => {
      if (snapshots.has(id)) {
        await store.destroy('snapshots', id);
        snapshots.delete(id);
        await pool.save();
      }
      return {};
    });
  }

  async function ValidateVolumeCapabilities(request: ValidateRequest) {
    const { volume_id: id, volume_capabilities, volume_context, parameters } = request;
    need(id, 'volume_id is missing');
    need(volume_capabilities.length > 0, 'volume_capabilities is missing');
    if (!volumes.has(id)) {
      throw new CsiError('NOT_FOUND', `volume ${id} does not exist`);
    }
    const message = refusedCapability(volume_capabilities);
    return message === undefined ? { confirmed: { volume_context, volume_capabilities, parameters } } : { message };
  }

  return {
    CreateVolume,
    DeleteVolume,
    CreateSnapshot,
    DeleteSnapshot,
    ValidateVolumeCapabilities,
    ControllerGetCapabilities: async () => ({ capabilities: RPCS.map(type => ({ rpc: { type } })) }),
    ListVolumes: async (request: ListRequest) =>
      listPage([...volumes.values()], request, volume => ({ volume: volumeAnswer(volume) })),
    ListSnapshots: async (request: ListRequest) => {
      const { snapshot_id: id, source_volume_id: of } = request;
      const chosen = [...snapshots.values()].filter(one => (!id || one.id === id) && (!of || one.volume === of));
      return listPage(chosen, request, snapshot => ({ snapshot: snapshotAnswer(snapshot) }));
    },
    GetCapacity: async ({ volume_capabilities }: { volume_capabilities: VolumeCapability[] }) => ({
      available_capacity: volume_capabilities.some(isBlock) ? 0 : await store.available()
    })
  };
}

const RPCS = [
  'CREATE_DELETE_VOLUME',
  'CREATE_DELETE_SNAPSHOT',
  'LIST_SNAPSHOTS',
  'CLONE_VOLUME',
  'LIST_VOLUMES',
  'GET_CAPACITY'
];

function checkName(name: string): void {
  need(name, 'name is missing');
  need(Buffer.byteLength(name) <= 128 && !/\p{Cc}/u.test(name), 'name is too long or has control characters');
}

function sourceOf(content: ContentSource | undefined): Source {
  const [snapshot, volume] = [content?.snapshot?.snapshot_id, content?.volume?.volume_id];
  need(!content || snapshot || volume, 'volume_content_source names nothing');
  return snapshot ? { snapshot } : volume ? { volume } : null;
}

function contentSource(source: Source): ContentSource | undefined {
  if (!source) {
    return undefined;
  }
  return 'snapshot' in source
    ? { snapshot: { snapshot_id: source.snapshot } }
    : { volume: { volume_id: source.volume } };
}
