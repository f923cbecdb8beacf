/** Whether an update that was asked for is under way, and ONTAP is who tells its end. Pure. */
import type { MirrorUpdate } from '../../../../contract';
import type { JoinedMirror } from './joinMirrors';

export const runsInOntap = ({ mirror, told }: Pick<JoinedMirror, 'mirror' | 'told'>): boolean =>
  told !== null && isUnderWay(mirror.update) && (told.transfer !== null || isUnderWay(told.update));

const isUnderWay = (update: MirrorUpdate | null): boolean => update?.state === 'queued' || update?.state === 'running';
