/** The ways to restore that this controller has; what is not here is no option of any plan. */
import { copyStrategy } from './copy/copyStrategy';
import { filesStrategy } from './files/filesStrategy';
import type { Strategy } from './strategy';
import { swap } from './swap/swapStrategy';

export const STRATEGIES: readonly Strategy[] = [swap, copyStrategy, filesStrategy];
