// Tests that need the bed's faults or its storage classes.
import { bed } from './bed';

/** describe() of them: skipped, and told so, on another cluster. */
export const describeOnBed: jest.Describe = bed ? describe : describe.skip;
