/** What was answered to a request, for the same Idempotency-Key again: where the other side keeps no keys. */

/** The oldest of more is forgotten. */
const KEPT = 100;

export class AnswersByKey<T> {
  readonly #answers = new Map<string, Promise<T>>();

  /** What the same key was answered, or is being answered, else what `make` answers; a failure is forgotten. */
  once(key: string | null, make: () => Promise<T>): Promise<T> {
    if (key === null) {
      return make();
    }
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const answer = make();
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    const [oldest] = this.#answers.size > KEPT ? this.#answers.keys() : [];
    if (oldest !== undefined) {
      this.#answers.delete(oldest);
    }
    return answer;
  }
}
