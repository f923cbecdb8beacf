/** What `status.error` of a VolumeSnapshot means for people, and whether trying again may still mend it. Pure. */

/** An error in words. */
export interface SnapshotErrorWords {
  /** What the storage or the controller said, without the wrapping of the controllers. */
  readonly said: string;
  /** Trying again the same way can't succeed: somebody must change something first. */
  readonly final: boolean;
  /** What that means, where it is known; null: only what was said. */
  readonly meaning: string | null;
}

// CSI spec, CreateSnapshot errors; grpc status codes.
const CODES: Readonly<Record<string, { final: boolean; meaning: string | null }>> = {
  ResourceExhausted: { final: false, meaning: 'The storage has no room for it.' },
  OutOfRange: { final: true, meaning: 'The storage does not take this size.' },
  DeadlineExceeded: { final: false, meaning: 'The storage did not answer in time.' },
  Unavailable: { final: false, meaning: 'The storage driver does not answer.' },
  Unimplemented: { final: true, meaning: 'The storage driver can’t make snapshots.' },
  InvalidArgument: { final: true, meaning: null },
  FailedPrecondition: { final: false, meaning: null },
  NotFound: { final: true, meaning: 'The storage does not know the volume.' },
  PermissionDenied: { final: true, meaning: 'The storage driver may not do it.' },
  Unauthenticated: { final: true, meaning: 'The storage driver can’t log in to the storage.' }
};

/** Reads the controllers' text. */
export function snapshotErrorWords(message: string): SnapshotErrorWords {
  const [, code = '', said] = /rpc error: code = (\w+) desc = ([\s\S]*?)"?\s*$/.exec(message) ?? [];
  if (said !== undefined) {
    return { said: said.trim(), ...(CODES[code] ?? { final: false, meaning: null }) };
  }
  if (/snapshot class/i.test(message)) {
    return { said: message.trim(), final: true, meaning: 'Its VolumeSnapshotClass is missing or can’t be chosen.' };
  }
  if (/persistentvolumeclaim.*not found/i.test(message)) {
    return { said: message.trim(), final: true, meaning: 'The volume’s claim was deleted.' };
  }
  return { said: message.trim(), final: false, meaning: null };
}
