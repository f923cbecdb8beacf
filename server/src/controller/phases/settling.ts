/** Left to do after the end, in words. */

/** Of a restore that was begun. */
export const SETTLING = 'Removing what was made for it.';

/** Where nothing else is left than that. */
export const STARTING = 'Starting the server again.';

/** Where nothing else was done. */
export const RELEASING = 'Letting go of the claim.';
