// CSI Node: mounts volumes for pods.
import { mkdir, realpath, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isBlock, refusedCapability } from './capability';
import { command } from './command';
import { CsiError, need } from './csiError';
import { TOPOLOGY_KEY } from './identityService';
import type { PublishRequest } from './messages';
import { mountedAt } from './mounts';
import type { Pool } from './pool';
import { shapeOf } from './volumeStore';

/** The service's methods. */
export function nodeService(pool: Pool, node: string) {
  const { locks, store } = pool;

  async function needVolume(id: string): Promise<void> {
    need(id, 'volume_id is missing');
    if (!(await store.has(id))) {
      throw new CsiError('NOT_FOUND', `volume ${id} does not exist`);
    }
  }

  async function NodePublishVolume(request: PublishRequest) {
    const { volume_id: id, target_path: asked, volume_capability: capability } = request;
    need(id, 'volume_id is missing');
    need(path.isAbsolute(asked), 'target_path is missing or not absolute');
    const refused = refusedCapability([capability]);
    need(refused === undefined, String(refused));
    await needVolume(id);
    const readOnly = request.readonly || capability?.access_mode?.mode.endsWith('_READER_ONLY') === true;
    return locks.during({ alone: [`target ${asked}`], shared: [id] }, async () => {
      const asDevice = isBlock(capability);
      need(asDevice === (shapeOf(id) === 'block'), `volume ${id} is ${asDevice ? 'no' : 'a'} block device`);
      await (asDevice ? writeFile(asked, '', { flag: 'a' }) : mkdir(asked, { recursive: true, mode: 0o750 }));
      const target = await realpath(asked);
      if (await mountedAt(target)) {
        const same = (await store.publications(id)).some(one => one.at === target && one.readOnly === readOnly);
        if (same) {
          return {};
        }
        throw new CsiError('ALREADY_EXISTS', `${target} has another mount already`);
      }
      await command('mount', '--bind', await (asDevice ? store.device(id) : store.folder(id)), target);
      if (readOnly) {
        await command('mount', '-o', 'remount,bind,ro', target).catch(async (error: unknown) => {
          await command('umount', target);
          throw error;
        });
      }
      return {};
    });
  }

  async function NodeUnpublishVolume({ volume_id: id, target_path: asked }: PublishRequest) {
    need(id, 'volume_id is missing');
    need(path.isAbsolute(asked), 'target_path is missing or not absolute');
    return locks.during({ alone: [`target ${asked}`], shared: [id] }, async () => {
      const target = await real(asked);
      // It throws where the mount is in use, so this ends.
      while (await mountedAt(target)) {
        await command('umount', target);
      }
      await (shapeOf(id) === 'block' ? rm(target, { force: true }) : rmdir(target).catch(ignoreMissing));
      await store.release(id);
      return {};
    });
  }

  async function NodeGetVolumeStats({ volume_id: id, volume_path: asked }: { volume_id: string; volume_path: string }) {
    need(asked, 'volume_path is missing');
    await needVolume(id);
    const at = await real(asked);
    if (!(await store.publications(id)).some(one => one.at === at)) {
      throw new CsiError('NOT_FOUND', `volume ${id} is not mounted at ${asked}`);
    }
    const { blocks, bsize, bavail, bfree, files, ffree } = await statfs(at);
    const bytes = { unit: 'BYTES', total: blocks * bsize, available: bavail * bsize, used: (blocks - bfree) * bsize };
    const inodes = { unit: 'INODES', total: files, available: ffree, used: files - ffree };
    // btrfs counts no inodes.
    return { usage: files > 0 ? [bytes, inodes] : [bytes] };
  }

  return {
    NodePublishVolume,
    NodeUnpublishVolume,
    NodeGetVolumeStats,
    NodeGetInfo: async () => ({ node_id: node, accessible_topology: { segments: { [TOPOLOGY_KEY]: node } } }),
    NodeGetCapabilities: async () => ({ capabilities: [{ rpc: { type: 'GET_VOLUME_STATS' } }] })
  };
}

// mountinfo has real paths; the target itself may be gone and its parent reached through a link.
async function real(asked: string): Promise<string> {
  const parent = await realpath(path.dirname(asked)).catch(() => path.dirname(asked));
  return realpath(asked).catch(() => path.join(parent, path.basename(asked)));
}

function ignoreMissing(error: { code?: string }): void {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}
