// The fields of CSI messages that the driver reads, and those that several services answer with. Full text: csi.proto.

/** How a volume is to be used. */
export interface VolumeCapability {
  access_type?: 'block' | 'mount';
  mount?: unknown;
  block?: unknown;
  access_mode?: { mode: string };
}

/** What a volume is made from. */
export interface ContentSource {
  snapshot?: { snapshot_id: string };
  volume?: { volume_id: string };
}

/** Where a volume can be reached: the driver has one key, the node's name. */
export interface Topology {
  segments: Record<string, string>;
}

/** Part of a list. */
export interface ListRequest {
  max_entries: number;
  starting_token: string;
  snapshot_id?: string;
  source_volume_id?: string;
}

/** CreateVolume. */
export interface CreateVolumeRequest {
  name: string;
  capacity_range?: { required_bytes: number; limit_bytes: number };
  volume_capabilities: VolumeCapability[];
  parameters: Record<string, string>;
  volume_content_source?: ContentSource;
  accessibility_requirements?: { requisite: Topology[]; preferred: Topology[] };
}

/** CreateSnapshot. */
export interface CreateSnapshotRequest {
  name: string;
  source_volume_id: string;
  parameters: Record<string, string>;
}

/** NodePublishVolume. */
export interface PublishRequest {
  volume_id: string;
  target_path: string;
  volume_capability?: VolumeCapability;
  readonly: boolean;
}

/** ValidateVolumeCapabilities. */
export interface ValidateRequest {
  volume_id: string;
  volume_capabilities: VolumeCapability[];
  volume_context: Record<string, string>;
  parameters: Record<string, string>;
}
