/** The mark on the rail of a row that a restore under way goes back to, or takes back. */
import * as React from 'react';
import type { Restore } from '../../../contract';
import { pendingIcon, warnIcon } from '../../icons';
import { waitsForServer } from '../../model/restoresUnderWay';
import { Icon } from '../icon';

/** Turns while work goes on; a restore that only its server keeps wants attention. */
export function RestoringMark({ restore }: { readonly restore: Restore }): JSX.Element {
  return waitsForServer(restore) ? (
    <Icon icon={warnIcon} className="dm-warn" />
  ) : (
    <Icon icon={pendingIcon} className="dm-busy dm-spin" />
  );
}
