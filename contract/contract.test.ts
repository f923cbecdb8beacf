/** The contract's own rules: what people may type, and the closed catalogue of problems. */
import { CloneName } from './clones';
import { objectId } from './events';
import { HeldUntil, Note, ObjectName, Title } from './primitives';
import { Problem, problem, problemSlug, PROBLEMS, problemType, type ProblemSlug } from './problem';
import { API_PREFIX, ROUTES, type Route } from './routes';
import { DeleteQuery, SnapshotQuery } from './snapshots';

const takes = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('names', () => {
  it.each(['home', 'home.20261119-140803z-a1b2', 'a'.repeat(253)])('ObjectName takes “%s”', name => {
    expect(takes(ObjectName, name)).toBe(true);
  });

  it.each(['', '.', '..', '-a', 'a-', 'a/b', '../a', 'A', 'a b', 'a\n', 'a\0', 'ä', 'a'.repeat(254)])(
    'ObjectName refuses %j',
    name => {
      expect(takes(ObjectName, name)).toBe(false);
    }
  );

  it.each(['', '.hidden', 'a.b', 'a/b', '..', 'Sweep', 'a'.repeat(64), 'a\n'])('CloneName refuses %j', name => {
    expect(takes(CloneName, name)).toBe(false);
  });
});

describe('titles and notes', () => {
  it('are kept as typed but for the space around a title', () => {
    expect(Title.parse('  Änderung 🎉 «x» ')).toBe('Änderung 🎉 «x»');
    expect(Note.parse('line\n\tindented ')).toBe('line\n\tindented ');
  });

  it.each(['', '   ', 'x'.repeat(201), 'a\nb', 'a\u2028b', 'a\u0000b', 'a\u009bb', 'a\ud800b'])(
    'a title is refused: %j',
    title => {
      expect(takes(Title, title)).toBe(false);
    }
  );

  it.each(['x'.repeat(2001), 'a\u0000b', '\u001b[2J', 'a\r\nb'])('a note is refused: %j', note => {
    expect(takes(Note, note)).toBe(false);
  });
});

describe('holds and queries', () => {
  it('a hold is none, a time in UTC, or for ever', () => {
    expect([null, 'forever', '2026-12-01T00:00:00Z'].map(value => takes(HeldUntil, value))).toEqual([true, true, true]);
    expect(['2026-12-01', '', 'FOREVER', 7, '2026-13-01T00:00:00Z'].some(value => takes(HeldUntil, value))).toBe(false);
  });

  it.each([
    [{}, undefined],
    [{ dryRun: '' }, true],
    [{ dryRun: 'true' }, true],
    [{ dryRun: 'false' }, false]
  ])('dryRun of %j is %j', (query, expected) => {
    expect(DeleteQuery.parse(query).dryRun).toBe(expected);
  });

  it('a dryRun that is neither true nor false is refused, never taken for false', () => {
    expect(['no', '0', '1', 'TRUE'].some(dryRun => takes(DeleteQuery, { dryRun }))).toBe(false);
  });

  it('fills in what a query leaves out and drops what it does not know', () => {
    expect(SnapshotQuery.parse({ limit: '7', 1763812345678: '' })).toEqual({ skip: 0, limit: 7, timeZone: 'UTC' });
  });
});

describe('problems', () => {
  const slugs = Object.keys(PROBLEMS) as ProblemSlug[];

  it.each(slugs)('%s can be made, read and recognised', slug => {
    const made = problem(slug, { detail: 'What.', next: 'How.' });
    expect(Problem.parse(made)).toEqual(made);
    expect(made).toMatchObject({ status: PROBLEMS[slug].status, object: null });
    expect(problemSlug(made.type)).toBe(slug);
  });

  it('of somebody else are not taken for ours', () => {
    expect(problemSlug('about:blank')).toBeNull();
    expect(problemSlug(problemType('internal') + 'x')).toBeNull();
    expect(problemSlug(problemType('internal').replace('internal', 'toString'))).toBeNull();
  });
});

it('routes are all different', () => {
  const routes = Object.values(ROUTES) as Route[];
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
  expect(API_PREFIX).toBe('/datamark/api/v1');
});

it('an object is known by its name if it is a snapshot, else by its id', () => {
  const parts = { name: 'n', id: 'i' };
  expect(objectId({ kind: 'snapshot', ...parts } as unknown as Parameters<typeof objectId>[0])).toBe('n');
  expect(objectId({ kind: 'clone', ...parts } as unknown as Parameters<typeof objectId>[0])).toBe('i');
});
