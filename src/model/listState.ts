/** Transitions of a list's state. Pure: what a list becomes when it is read, changed by an event, or can't be read. */
import { objectId, type IndexedObject, type ServerEvent } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { ListState } from '../tokens';

/** What can still be shown of a list. */
export function itemsOf<T>(list: ListState<T>): readonly T[] {
  return list.state === 'ready' || list.state === 'unreachable' ? list.items : [];
}

/** The list after a request for it, or the stream that keeps it, failed at `asOf`. */
export function afterFailure<T>(list: ListState<T>, error: ApiProblem, asOf: Date): ListState<T> {
  if (error.isUnreachable) {
    const known = list.state === 'ready' || list.state === 'unreachable';
    return {
      state: 'unreachable',
      problem: error.problem,
      items: itemsOf(list),
      asOf: list.state === 'unreachable' ? list.asOf : known ? asOf : null
    };
  }
  return { state: error.problem.status === 403 ? 'forbidden' : 'broken', problem: error.problem };
}

/** The list once the stream resumed and nothing was missed. */
export function afterResume<T>(list: ListState<T>): ListState<T> {
  return list.state === 'unreachable' && list.asOf !== null ? { state: 'ready', items: list.items } : list;
}

/** Items after one event of their kind: replaced in place, new ones put by `before`, removed ones gone. */
export function afterEvent<T extends IndexedObject>(
  items: readonly T[],
  event: ServerEvent,
  isOurs: (object: IndexedObject) => object is T,
  before: (one: T, other: T) => boolean
): readonly T[] {
  if (event.type === 'upsert') {
    const { object } = event;
    if (!isOurs(object)) {
      return items;
    }
    const at = items.findIndex(item => objectId(item) === objectId(object));
    if (at >= 0) {
      return items.with(at, object);
    }
    const next = items.findIndex(item => before(object, item));
    return items.toSpliced(next < 0 ? items.length : next, 0, object);
  }
  if (event.type === 'remove') {
    const left = items.filter(item => item.kind !== event.kind || objectId(item) !== event.id);
    return left.length === items.length ? items : left;
  }
  return items;
}
