/** What data two runs name differently, volume by volume. Pure; files are treeDifferences.ts's. */
import type { DataDifference } from '../../../../contract';
import type { DataOfRun } from '../runData';

/** One volume of two runs, before its files are looked at. */
export type VolumePair = Omit<DataDifference, 'files' | 'from' | 'to'> & {
  readonly from: DataOfRun | null;
  readonly to: DataOfRun | null;
};

/** Each volume that either run names, in the order of the first. */
export function dataDifferences(from: readonly DataOfRun[], to: readonly DataOfRun[]): VolumePair[] {
  const left = [...to];
  const pairs = from.map(one => {
    // The same snapshot first: a run may name two of one volume.
    const same = left.findIndex(({ link }) => link.uid !== null && link.uid === one.link.uid);
    const at = same === -1 ? left.findIndex(other => isSameVolume(one, other)) : same;
    const [other = null] = at === -1 ? [] : left.splice(at, 1);
    return pairOf(one, other);
  });
  return [...pairs, ...left.map(other => pairOf(null, other))];
}

/** In one sentence. */
export function differencesMessage(pairs: readonly Pick<VolumePair, 'state'>[]): string {
  if (pairs.length === 0) {
    return 'Neither run names a snapshot, so nothing is known of their data.';
  }
  const differing = pairs.filter(({ state }) => state !== 'same').length;
  const count = `${pairs.length} ${pairs.length === 1 ? 'volume' : 'volumes'}`;
  return differing === 0
    ? `Both runs name the same snapshots, of ${count}.`
    : `${differing} of ${count} that the runs name differ, or can’t be told to be the same.`;
}

const isSameVolume = ({ link: one }: DataOfRun, { link: other }: DataOfRun): boolean =>
  one.volume === other.volume && agree(one.namespace, other.namespace) && agree(one.cluster, other.cluster);

/** Whether nothing says that they differ. */
const agree = (one: string | null, other: string | null): boolean => one === null || other === null || one === other;

function pairOf(from: DataOfRun | null, to: DataOfRun | null): VolumePair {
  const { volume, namespace, cluster } = { ...to?.link, ...from?.link } as DataOfRun['link'];
  return { volume, namespace, cluster, from, to, ...stateOf(from, to, volume) };
}

function stateOf(
  from: DataOfRun | null,
  to: DataOfRun | null,
  volume: string
): Pick<DataDifference, 'state' | 'message'> {
  if (from === null || to === null) {
    const which = from === null ? 'second' : 'first';
    const message = `Only the ${which} run names a snapshot of ${volume}. The other one may have used it all the same.`;
    return { state: from === null ? 'only-to' : 'only-from', message };
  }
  const [one, other] = [from.link, to.link];
  if (one.uid === null || other.uid === null) {
    const names =
      one.snapshot === other.snapshot ? `the name ${one.snapshot}` : `${one.snapshot} and ${other.snapshot}`;
    return {
      state: 'unsure',
      message: `Whether it is the same snapshot can’t be told: the runs give ${names}, not each a uid.`
    };
  }
  if (one.uid !== other.uid) {
    return {
      state: 'other',
      message: `${one.snapshot}${timeOf(one.time)}, then ${other.snapshot}${timeOf(other.time)}.`
    };
  }
  return one.relation === 'exact' && other.relation === 'exact'
    ? { state: 'same', message: `Both runs read ${one.snapshot}.` }
    : {
        state: 'same',
        message: `Both runs name ${one.snapshot}. What changed on ${volume} after it was made is not in it.`
      };
}

const timeOf = (time: string | null): string => (time === null ? '' : ` of ${time}`);
