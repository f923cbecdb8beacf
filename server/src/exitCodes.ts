/** Exit codes of the sidecar, as in BSD's sysexits.h; the parent tells the cause from them. */
export const exitCodes = {
  /** The command line is wrong. */
  usage: 64,
  /** This Node can't run it. */
  unavailable: 69,
  /** A defect: something was thrown that nothing caught. */
  software: 70,
  /** The socket can't be listened on. */
  system: 71,
  /** The cluster refused it or gave no answer; the problem is on stdout. */
  refused: 75,
  /** DATAMARK_CONFIG is missing or wrong. */
  configuration: 78
} as const;
