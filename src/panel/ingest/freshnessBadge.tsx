/** The badge of a volume whose data is older than it allows, or whose age nobody tells. */
import * as React from 'react';
import { unknownIcon, warnIcon } from '../../icons';
import { guardNow } from '../../model/mirrorAge';
import { useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { ageWords, coarse } from './mirrorWords';

const TICK_MS = 30_000;

/** Nothing where the volume has no guard, or is fresh. */
export function FreshnessBadge({ volume }: { readonly volume: string }): JSX.Element | null {
  const { trans, format, mirrors } = useEnvironment();
  useNow(TICK_MS);
  const mirror = mirrors.ofVolume(volume);
  const now = mirrors.now();
  const state = mirror === null ? null : guardNow(mirror, now);
  if (mirror === null || mirror.guard === null || (state !== 'stale' && state !== 'unknown')) {
    return null;
  }
  const most = coarse(mirror.guard.maxAgeSeconds * 1_000, trans);
  const title =
    state === 'stale'
      ? trans.__('%1; at most %2 are allowed', ageWords(mirror, now, format, trans), most)
      : trans.__(
          'At most %1 are allowed, and the age of the data is not known. %2',
          most,
          mirror.data.known ? trans.__('By its time it is not made yet: a clock is wrong.') : mirror.data.reason
        );
  return (
    <span className="dm-tag dm-stale" title={title.trim()}>
      {state === 'stale' ? (
        <Icon icon={warnIcon} className="dm-warn dm-icon-s dm-inline" />
      ) : (
        <Icon icon={unknownIcon} className="dm-icon-s dm-inline" />
      )}
      {state === 'stale' ? trans.__('old data') : trans.__('age –')}
      <span className="dm-sr">{title.trim()}</span>
    </span>
  );
}
