// Many at once, of which each is waited for, also where one fails.

/** What they all come to. Throws one error that tells every trouble, with its causes. */
export async function allOf<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(tasks);
  const troubles = settled.filter(one => one.status === 'rejected').map(({ reason }) => reason as unknown);
  if (troubles.length > 0) {
    throw new AggregateError(troubles, [...new Set(troubles.map(wordsOf))].join(' | '));
  }
  return settled.filter(one => one.status === 'fulfilled').map(({ value }) => value);
}

function wordsOf(trouble: unknown): string {
  const { cause } = trouble as { cause?: unknown };
  const words = String(trouble).replace(/^(Aggregate)?Error: /, '');
  return cause === undefined ? words : `${words}, as ${wordsOf(cause)}`;
}
