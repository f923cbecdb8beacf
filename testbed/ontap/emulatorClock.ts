// The one clock of the emulator. It stands still until it is advanced, or goes with the machine's from where it was set.

export class EmulatorClock {
  private _ahead = 0;
  private readonly _standing: number | null;

  /** `startsAt` in milliseconds of the epoch; `flows`: goes on by itself. */
  constructor(options: { startsAt?: number | undefined; flows?: boolean | undefined } = {}) {
    const { startsAt = Date.now(), flows = false } = options;
    // ONTAP tells whole seconds.
    const whole = Math.floor(startsAt / 1000) * 1000;
    this._standing = flows ? null : whole;
    this._ahead = flows ? startsAt - Date.now() : 0;
  }

  /** Milliseconds of the epoch. */
  now(): number {
    return (this._standing ?? Date.now()) + this._ahead;
  }

  /** Only forward. */
  advance(seconds: number): void {
    if (!(seconds >= 0)) {
      throw new Error(`the clock can’t go ${seconds} s forward`);
    }
    this._ahead += seconds * 1000;
  }

  /** Whether it goes on by itself. */
  get flows(): boolean {
    return this._standing === null;
  }
}
