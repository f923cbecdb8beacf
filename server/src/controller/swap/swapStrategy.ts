/** Restoring by another volume behind the same claim: the replaced one is kept, and is the undo. See docs/adr/0019. */
import type { Strategy } from '../strategy';
import { prepareSwap } from './prepareSwap';
import { restoreSwap } from './restoreSwap';
import { rollBackSwap } from './rollBackSwap';
import { secureSwap } from './secureSwap';
import { settleSwap } from './settleSwap';
import { swapNames } from './swapParts';
import { verifySwap } from './verifySwap';

export const swap: Strategy = {
  name: 'swap',
  naming: swapNames,
  prepare: prepareSwap,
  secure: secureSwap,
  restore: restoreSwap,
  verify: verifySwap,
  rollBack: rollBackSwap,
  settle: settleSwap
};
