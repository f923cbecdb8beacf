/** What the report says of restores in place: whether the cluster has them, and whether only the own ones can be asked for. Pure. */
import type { KubernetesError } from '../client/kubernetesApi';
import { isUnknownField } from '../volumeRestore';
import type { DryRun, Isolation, ServedApi } from './clusterFacts';
import { fine, off, unknown, warning, type Found } from './found';

export interface RestoreInput {
  readonly restoreApi: ServedApi;
  readonly forgedRestore: DryRun | null;
  readonly isolation: Isolation;
  /** false: the account lacks a right on them, which a finding of its own says. */
  readonly mayRestore: boolean;
}

const TITLE = 'Restore in place';

/** What is known of it without trying one. That a controller answers, and that the gate closes, shows when a restore is planned. */
export function restoreFindings({ restoreApi, forgedRestore, isolation, mayRestore }: RestoreInput): Found[] {
  const parts = { id: 'restore', title: TITLE, docs: 'restore-in-place' };
  switch (restoreApi.state) {
    case 'absent': {
      const message =
        'This cluster has no VolumeRestore objects: restoring in place and copying files back need the Datamark controller.';
      const fix =
        'Ask an admin to install what is in deploy/crd and deploy/controller. Until then, clone the snapshot where the volume can be cloned.';
      const { shown, obstacle } = off(['restore', 'files'], { ...parts, message, fix });
      // Many do without it: no reason for a report that says that something is broken.
      return [{ shown: { ...shown, state: 'not-applicable', message }, obstacle, claim: null }];
    }
    case 'unknown':
      return [
        unknown({ ...parts, message: `Whether there are restores in place can’t be told: ${restoreApi.error.message}` })
      ];
    case 'served':
      if (!mayRestore) {
        return [];
      }
      return forgedRestore?.state === 'unclear' && isUnknownField(forgedRestore.error)
        ? [older(parts, forgedRestore.error)]
        : [requesterFinding(forgedRestore, isolation), served(parts)].flat();
  }
}

const served = (parts: { id: string; title: string; docs: string }): Found =>
  fine({
    ...parts,
    message:
      'VolumeRestore objects can be made. Whether a controller answers and pods are kept out meanwhile shows with the plan of a restore.'
  });

/** Who asks for what it has gets that: all else is refused then, and nothing is dropped in silence. */
const older = (parts: { id: string; title: string; docs: string }, { message }: KubernetesError): Found =>
  warning({
    ...parts,
    message: `The cluster’s definition of VolumeRestore is older than this Datamark: it lacks ${fieldIn(message)}. Restores that need it are refused.`,
    fix: 'An admin can apply deploy/crd/volumerestores.yaml of this version.',
    command: 'kubectl apply -f deploy/crd/volumerestores.yaml'
  });

const fieldIn = (message: string): string => /unknown field "([^"]+)"/.exec(message)?.[1] ?? 'a field';

function requesterFinding(forged: DryRun | null, isolation: Isolation): Found[] {
  const parts = { id: 'restore/requester', title: 'Restores of others', docs: 'restore-requester' };
  const command = 'kubectl apply -f deploy/policies/restores.yaml';
  switch (forged?.state) {
    case undefined:
      return [];
    case 'refused':
      return [
        fine({ ...parts, message: `Policy ${forged.by} sees to it that a restore is asked for in the own name only.` })
      ];
    case 'unclear':
      return [
        unknown({
          ...parts,
          message: `Whether a policy keeps others’ restores apart can’t be told: ${forged.error.message}`
        })
      ];
    case 'accepted': {
      const message = 'No policy keeps a server from asking for a restore in the name of another’s.';
      const fix = 'An admin can apply deploy/policies/restores.yaml.';
      return isolation.state === 'shared' || (isolation.state === 'declared' && isolation.as === 'policy')
        ? [off(['restore', 'files'], { ...parts, message, fix, command })]
        : [warning({ ...parts, message, fix, command })];
    }
  }
}
