/** The TridentActionMirrorUpdate to create for a request. Pure. */
import { annotations, labels, MANAGED_BY } from '../../providers/kubernetes/names';
import { TRIDENT_GROUP } from './tridentObjects';

export interface UpdateOrder {
  readonly name: string;
  /** Name of the TridentMirrorRelationship. */
  readonly mirror: string;
  readonly operationKey: string | null;
  readonly user: string | null;
  readonly ownerLabel: string | null;
}

/** The body of the request. Without a snapshot handle Trident transfers what the source is now. */
export const updateManifest = ({ name, mirror, operationKey, user, ownerLabel }: UpdateOrder): object => ({
  apiVersion: `${TRIDENT_GROUP}/v1`,
  kind: 'TridentActionMirrorUpdate',
  metadata: {
    name,
    labels: {
      [labels.managedBy]: MANAGED_BY,
      ...(operationKey === null ? {} : { [labels.operation]: operationKey }),
      ...(ownerLabel === null ? {} : { [labels.owner]: ownerLabel })
    },
    annotations: user === null ? {} : { [annotations.createdBy]: user }
  },
  spec: { tridentMirrorRelationshipName: mirror }
});
