// What ONTAP answers to a request that it does not carry out: a status, and an error with a code of its own.

/** Thrown by whatever serves a request. */
export class OntapError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly target?: string
  ) {
    super(message);
  }

  /** The answer's body. Real ONTAPs write the code as a string; its documentation calls it a number. */
  body(codes: 'string' | 'number'): object {
    const code = codes === 'number' ? Number(this.code) : this.code;
    return { error: { code, message: this.message, ...(this.target === undefined ? {} : { target: this.target }) } };
  }
}

/** No such thing by this key. */
export const noEntry = (target = 'uuid'): OntapError => new OntapError(404, '4', "entry doesn't exist", target);

/** There is such a path, but not with that method. */
export const notAllowed = (): never => {
  throw new OntapError(405, '3', 'Method not allowed');
};

/** The body lacks something, or has a value that can't be. */
export const badValue = (value: unknown, target: string): OntapError =>
  new OntapError(400, '262197', `The value "${String(value)}" is invalid for field "${target}"`, target);
