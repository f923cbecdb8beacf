/** Reads a problem out of an answer, and checks what all problems have in common. */
import { Problem, problemSlug, type ProblemSlug } from '../../../contract';
import type { TestAnswer } from './testSidecar';

/** The problem, and its type as a slug. Fails the test when the answer is none. */
export function readProblem(answer: TestAnswer): Problem & { readonly slug: ProblemSlug | null } {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const problem = Problem.parse(answer.json());
  expect(problem.status).toBe(answer.status);
  expect(problem.requestId).toBe(answer.headers['x-request-id']);
  expect(problem.detail).not.toBe('');
  expect(problem.next).not.toBe('');
  return { ...problem, slug: problemSlug(problem.type) };
}
