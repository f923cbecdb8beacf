/** The hub around a sample cluster, as the page sees it while its server is stopped: whoever answers in its place is set. */
import type { Page } from '@playwright/test';

/** Who answers: the server of the page, nobody, the hub, or the server after its start. */
type Answering = 'server' | 'nobody' | 'hub' | 'next server';

export class SampleHub {
  answering: Answering = 'server';
  private wasAsked = false;

  /** Puts it before the server: from the moment this is asked to stop, it goes by `answering`. */
  static async before(page: Page): Promise<SampleHub> {
    const hub = new SampleHub();
    await page.route('**/api/shutdown*', route => {
      hub.wasAsked = true;
      return route.fulfill({ json: {} });
    });
    await page.route('**/api/status*', route => {
      switch (hub.wasAsked ? hub.answering : 'server') {
        case 'server':
          return route.fulfill({ json: { started: 'before' } });
        case 'nobody':
          return route.abort();
        case 'hub':
          return route.fulfill({ status: 424, json: {} });
        case 'next server':
          return route.fulfill({ json: { started: 'after' } });
      }
    });
    return hub;
  }
}
