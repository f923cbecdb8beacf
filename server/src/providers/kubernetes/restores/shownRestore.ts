/** How a VolumeRestore is read to be shown: one that can’t be read must not hide the others. */
import { RestoreSpec, RestoreStatus, VolumeRestore } from '../volumeRestore';

const UNREADABLE: RestoreStatus = RestoreStatus.parse({
  phase: 'Failed',
  message: 'Its status can’t be read: it was written by another version, or by hand.',
  problem: {
    type: 'store-corrupt',
    detail: 'The status of this restore can’t be read: it was written by another version, or by hand.',
    next: 'Ask an admin to look at the VolumeRestore.'
  }
});

/** Of no claim, and so of nobody. */
const NOBODYS: RestoreSpec = RestoreSpec.parse({ claimName: '' });

/** Only what is shown: the controller refuses to work from one that it can’t read. */
export const ShownRestore = VolumeRestore.extend({
  spec: RestoreSpec.extend({
    strategy: RestoreSpec.shape.strategy.catch(undefined),
    requester: RestoreSpec.shape.requester.catch(undefined)
  }).catch(NOBODYS),
  status: RestoreStatus.default(() => RestoreStatus.parse({})).catch(UNREADABLE)
});
