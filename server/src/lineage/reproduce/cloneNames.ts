/** Names of the clones of a reproduction. Pure. */

const LONGEST = 40;

/** From a run's id, the first that none of these has. */
export function freeReproductionName(run: string, taken: ReadonlySet<string>): string {
  const id = run
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 8)
    .replaceAll(/^-+|-+$/g, '');
  const wanted = id === '' ? 'repro' : `repro-${id}`;
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) {
    name = `${wanted}-${number}`;
  }
  return name.slice(0, LONGEST);
}

/** One for each snapshot: its own where a run names two of one volume. */
export function cloneNames(name: string, volumes: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return volumes.map(volume => {
    const number = (seen.get(volume) ?? 0) + 1;
    seen.set(volume, number);
    return number === 1 ? name : `${name}-v${number}`;
  });
}
