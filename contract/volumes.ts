/** Volumes: what a notebook works on. A directory here, a PersistentVolumeClaim on a cluster. */
import { z } from 'zod';
import { Capability, Instant, ObjectName, Size, Uid } from './primitives';
import { Problem } from './problem';

export const VolumeRole = z.enum(['home', 'data', 'scratch']);
export type VolumeRole = z.infer<typeof VolumeRole>;

/** Whether snapshots that carry no label of Datamark are among those told; looking for them reads all of a namespace. */
export const Elsewhere = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('shown') }),
    z.object({
      state: z.literal('not-looked'),
      count: z.int().nonnegative().nullable().meta({ description: 'Snapshots to look through; null: not known.' }),
      message: z.string()
    }),
    z.object({
      state: z.literal('looking'),
      read: z.int().nonnegative(),
      remaining: z.int().nonnegative().nullable().meta({ description: 'null: not known.' })
    }),
    z.object({ state: z.literal('looked'), at: Instant, found: z.int().nonnegative() }),
    z.object({ state: z.literal('failed'), problem: Problem })
  ])
  .meta({ id: 'Elsewhere' });
export type Elsewhere = z.infer<typeof Elsewhere>;

export const ClonedSnapshot = z
  .object({
    name: ObjectName,
    uid: Uid,
    volume: ObjectName.meta({ description: 'Id of the volume that it is of.' }),
    label: z.string().meta({ description: 'What people called it at the time.' }),
    createdAt: Instant,
    exported: z.string().optional().meta({ description: 'As `exported` of the snapshot at the time.' })
  })
  .meta({ id: 'ClonedSnapshot' });
export type ClonedSnapshot = z.infer<typeof ClonedSnapshot>;

export const Volume = z
  .object({
    kind: z.literal('volume'),
    id: ObjectName.meta({ description: 'In URLs. Stable while the volume stays where it is.' }),
    uid: Uid,
    name: z.string(),
    mountPath: z.string().meta({ description: 'Absolute path in the server’s file system.' }),
    browsePath: z
      .string()
      .nullable()
      .meta({ description: 'Path below the Jupyter server’s root, for the file browser; null if it is outside.' }),
    role: VolumeRole,
    readOnly: z.boolean(),
    requested: Size.meta({ description: 'Size the volume was asked for, in bytes.' }),
    used: Size.meta({ description: 'Bytes in use, if they can be told apart from other volumes’.' }),
    free: Size.meta({ description: 'Bytes free on the file system that holds the volume.' }),
    driver: z.string().meta({ description: 'What stores it, for example `ext4, hard links`.' }),
    storageClass: z.string().nullable(),
    accessModes: z.array(z.string()),
    shared: z
      .string()
      .nullable()
      .meta({ description: 'In words why it is not this user’s alone; null: nothing says that others use it.' }),
    trouble: z
      .string()
      .nullable()
      .meta({ description: 'In words what is wrong with the volume itself, for example that it is being deleted.' }),
    can: z.object({
      snapshot: Capability,
      clone: Capability,
      restore: Capability.meta({ description: 'Bringing back all of it.' }),
      files: Capability.meta({ description: 'Copying chosen files back to a new folder, with nothing replaced.' })
    }),
    snapshotCount: z.int().nonnegative(),
    lastSnapshotAt: Instant.nullable(),
    cloneOf: ClonedSnapshot.optional().meta({
      description: 'The snapshot that the volume is a clone of, which may be gone; left out: it is none of one.'
    }),
    elsewhere: Elsewhere.optional().meta({ description: 'Left out: all snapshots there are are told.' })
  })
  .meta({ id: 'Volume' });
export type Volume = z.infer<typeof Volume>;

export const VolumeList = z.object({ items: z.array(Volume) }).meta({ id: 'VolumeList' });
