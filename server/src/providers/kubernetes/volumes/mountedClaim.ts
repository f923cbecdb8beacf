/** Which claims are mounted where, whoever said so. Made from DATAMARK_VOLUMES or from the own pod's spec. */

/** One place in this server's file system where a claim is mounted. */
export interface ClaimMount {
  readonly path: string;
  /** Directory of the claim that is mounted; null: the whole claim. */
  readonly subPath: string | null;
  /** As the pod's spec says; null: not known from there. */
  readonly readOnly: boolean | null;
}

/** A claim and all its mounts. */
export interface MountedClaim {
  readonly claim: string;
  readonly mounts: readonly ClaimMount[];
  /** Made with the pod and deleted with it (a generic ephemeral volume). */
  readonly ephemeral: boolean;
}

/** Puts mounts of one claim together, in the order in which claims come first. */
export function byClaim(
  mounts: readonly { readonly claim: string; readonly mount: ClaimMount; readonly ephemeral?: boolean }[]
): MountedClaim[] {
  const claims = new Map<string, { claim: string; mounts: ClaimMount[]; ephemeral: boolean }>();
  for (const { claim, mount, ephemeral = false } of mounts) {
    const known = claims.get(claim) ?? { claim, mounts: [], ephemeral };
    known.mounts.push(mount);
    claims.set(claim, known);
  }
  return [...claims.values()];
}
