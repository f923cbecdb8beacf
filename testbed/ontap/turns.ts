// One at a time: what is done to the emulator's world can wait for bytes that are moved.

export class Turns {
  private _last: Promise<unknown> = Promise.resolve();

  /** Does that when all before is done. */
  async take(work: () => Promise<void>): Promise<void> {
    await this.hold(work, Promise.resolve());
  }

  /** The same, but the next one waits until `released`, too. */
  async hold(work: () => Promise<void>, released: Promise<void>): Promise<void> {
    const turn = this._last.then(work);
    this._last = turn.then(
      () => released,
      () => undefined
    );
    await turn;
  }

  /** When all is done. */
  async over(): Promise<void> {
    await this._last;
  }
}
