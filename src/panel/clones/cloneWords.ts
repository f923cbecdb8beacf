/** What a clone's row says. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Clone } from '../../../contract';
import type { Format } from '../../model/format';

/** "from home, features v3 frozen", "from home, a snapshot deleted since", "from churn-features, live data". */
export function originWords(clone: Clone, trans: TranslationBundle): string {
  const { source } = clone;
  if (source.kind === 'volume') {
    return trans.__('from %1, live data', source.volumeName);
  }
  return source.exists
    ? trans.__('from %1, %2', source.volumeName, source.label)
    : trans.__('from %1, a snapshot deleted since', source.volumeName);
}

/** "Used by server alice/sweep · 3 h", "Not in use", "Copying for 6 min". */
export function stateWords(clone: Clone, now: Date, format: Format, trans: TranslationBundle): string {
  const { state, usedBy } = clone;
  switch (state.phase) {
    case 'pending': {
      if (state.awaitsUse === true) {
        return state.message;
      }
      const elapsed = format.duration(now.getTime() - Date.parse(state.since));
      const copying = trans.__('Copying for %1', elapsed);
      return state.message === '' ? copying : `${copying} · ${state.message}`;
    }
    case 'deleting':
      return trans.__('Deleting for %1', format.duration(now.getTime() - Date.parse(state.since)));
    case 'failed':
      return trans.__('Not created: %1', state.problem.detail);
    case 'ready': {
      const made = trans.__('made %1', format.agoAlone(clone.createdAt, now));
      if (!usedBy.known) {
        return made;
      }
      const use = usedBy.names.length === 0 ? trans.__('Not in use') : trans.__('Used by %1', usedBy.names.join(', '));
      return `${use} · ${made}`;
    }
  }
}
