/** Says changes of state to assistive technology: one polite and one assertive region, each at most once a second. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IndexedObject, ServerEvent } from '../../contract';
import { snapshotLabel } from '../dialogs/words';
import { useEnvironment } from './environment';

/** Shortest time between two announcements, in ms. */
const PAUSE = 1_000;

export interface Announcement {
  readonly text: string;
  readonly assertive: boolean;
}

/**
 * What is to be said about an event, or null. `before` is the phase in which the object was last seen, so that only
 * changes are said.
 */
export function announcementOf(
  event: ServerEvent,
  before: string | undefined,
  trans: TranslationBundle
): Announcement | null {
  if (event.type !== 'upsert') {
    return null;
  }
  const { object } = event;
  if (object.kind === 'snapshot' || object.kind === 'clone') {
    const { state } = object;
    const name = object.kind === 'snapshot' ? snapshotLabel(object) : object.name;
    if (state.phase === before) {
      return null;
    }
    switch (state.phase) {
      case 'pending':
        return { text: trans.__('%1 is being created', name), assertive: false };
      case 'ready':
        return before === undefined ? null : { text: trans.__('%1 is ready', name), assertive: false };
      case 'failed':
        return { text: trans.__('%1 was not created: %2', name, state.problem.detail), assertive: true };
      case 'deleting':
        return { text: trans.__('%1 is being deleted', name), assertive: false };
    }
  }
  if (object.kind === 'restore' && object.phase !== before) {
    switch (object.phase) {
      case 'succeeded':
        return { text: trans.__('%1 is restored to %2', object.volumeName, object.snapshotLabel), assertive: false };
      case 'failed':
      case 'rolled-back':
        return { text: trans.__('%1 was not restored. %2', object.volumeName, object.message), assertive: true };
      default:
        return null;
    }
  }
  if (object.kind === 'mirror' && before !== undefined && object.health.state !== before) {
    return object.health.state === 'unhealthy'
      ? {
          text: trans.__('Replication into %1 is unhealthy. %2', object.volumeName, firstReason(object.health.reasons)),
          assertive: true
        }
      : object.health.state === 'healthy'
        ? { text: trans.__('Replication into %1 is healthy', object.volumeName), assertive: false }
        : null;
  }
  return null;
}

const firstReason = (reasons: readonly { readonly message: string }[]): string => reasons[0]?.message ?? '';

/** What of an object is said when it changes. */
function phaseOf(object: Exclude<IndexedObject, { kind: 'volume' | 'operation' }>): string {
  switch (object.kind) {
    case 'snapshot':
    case 'clone':
      return object.state.phase;
    case 'restore':
      return object.phase;
    case 'mirror':
      return object.health.state;
  }
}

/** The two regions. */
export function LiveRegions(): JSX.Element {
  const { model, trans } = useEnvironment();
  const [polite, setPolite] = React.useState('');
  const [assertive, setAssertive] = React.useState('');
  React.useEffect(() => {
    const phases = new Map<string, string>();
    const waiting: Announcement[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const say = () => {
      timer = null;
      const said = waiting.splice(0);
      const words = (loud: boolean) =>
        said
          .filter(one => one.assertive === loud)
          .map(one => one.text)
          .join('. ');
      setPolite(words(false));
      setAssertive(words(true));
      if (said.length > 0) {
        timer = setTimeout(say, PAUSE);
      }
    };
    const onEvent = (_: unknown, event: ServerEvent) => {
      if (event.type !== 'upsert' || event.object.kind === 'volume' || event.object.kind === 'operation') {
        return;
      }
      const { object } = event;
      const key = `${object.kind}:${object.uid}`;
      const said = announcementOf(event, phases.get(key), trans);
      phases.set(key, phaseOf(object));
      if (said !== null) {
        waiting.push(said);
        timer ??= setTimeout(say, 0);
      }
    };
    model.observed.connect(onEvent);
    return () => {
      model.observed.disconnect(onEvent);
      if (timer !== null) {
        clearTimeout(timer);
      }
    };
  }, [model, trans]);
  return (
    <>
      <div className="dm-sr" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="dm-sr" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </>
  );
}
