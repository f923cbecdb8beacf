// Errors with the gRPC code that the CSI specification asks for.
import { status } from '@grpc/grpc-js';

/** Ends a call with a code; any other error is INTERNAL and logged with its stack. */
export class CsiError extends Error {
  constructor(
    readonly code: keyof typeof status,
    message: string
  ) {
    super(message);
  }
}

/** Fails with INVALID_ARGUMENT unless `ok`. */
export function need(ok: unknown, message: string): asserts ok {
  if (!ok) {
    throw new CsiError('INVALID_ARGUMENT', message);
  }
}
