// Which uses of a volume the driver serves: any access mode, as a file system or as a block device, not as both.
import { need } from './csiError';
import type { VolumeCapability } from './messages';

/** Why these uses are not served, undefined when they are; INVALID_ARGUMENT when the request is incomplete. */
export function refusedCapability(capabilities: (VolumeCapability | undefined)[]): string | undefined {
  need(capabilities.length > 0, 'volume capability is missing');
  for (const capability of capabilities) {
    need(capability?.access_type, 'volume capability has no access type');
    need(capability.access_mode && capability.access_mode.mode !== 'UNKNOWN', 'volume capability has no access mode');
  }
  return capabilities.some(isBlock) && !capabilities.every(isBlock)
    ? 'a volume is a file system or a block device, not both'
    : undefined;
}

/** Whether a use is that as a block device. */
export const isBlock = (capability: VolumeCapability | undefined): boolean => capability?.access_type === 'block';
