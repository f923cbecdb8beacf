/** The contract between the sidecar and everything that talks to it. */
export * from './check';
export * from './clones';
export * from './events';
export * from './operations';
export * from './owners';
export * from './primitives';
export * from './problem';
export * from './restores';
export * from './routes';
export * from './snapshots';
export * from './status';
export * from './volumes';
