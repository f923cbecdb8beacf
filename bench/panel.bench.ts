/**
 * Measures the panel in a real browser: opening with 10,000 snapshots, scrolling through them, and what it asks while
 * it is hidden. Writes the figures as JSON where panel.py told it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from '../ui-tests/fixtures';
import { smallProject } from '../ui-tests/server/files';
import { seedSnapshots } from '../ui-tests/server/seedSnapshots';

const COUNT = 10_000;
const OPENINGS = 5;
const SCROLL_STEPS = 300;

/** Adds figures to the report. */
async function report(figures: Record<string, number>): Promise<void> {
  const path = process.env.DATAMARK_BENCH_REPORT;
  if (path === undefined) {
    return;
  }
  const earlier = await readFile(path, 'utf8').catch(() => '{}');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(earlier) as object), ...figures }));
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

test.describe('with 10,000 snapshots', () => {
  test.use({ server: { seed: root => seedSnapshots(root, COUNT) } });

  test('opening and scrolling', async ({ page, datamark }) => {
    const open = async (): Promise<number> => {
      await datamark.tab.waitFor();
      return datamark.tab.evaluate(async (tab, newest) => {
        const started = performance.now();
        // Lumino's tab bar listens for the pointer.
        for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
          const Kind = type.startsWith('pointer') ? PointerEvent : MouseEvent;
          const { left, top } = tab.getBoundingClientRect();
          tab.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, clientX: left + 5, clientY: top + 5 }));
        }
        const shown = (): boolean =>
          [...document.querySelectorAll('.dm-panel .dm-snap-title')].some(title => title.textContent?.includes(newest));
        while (!shown()) {
          await new Promise(requestAnimationFrame);
        }
        return (performance.now() - started) / 1000;
      }, `run ${COUNT}`);
    };
    const first = await open();
    const later: number[] = [];
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      await page.goto('?reset');
      later.push(await open());
    }

    const longestTaskMs = await datamark.timeline.evaluate(async (timeline, steps) => {
      const scrollable = (element: Element): boolean => element.scrollHeight > element.clientHeight + 1000;
      const list = [timeline, ...timeline.querySelectorAll('*')].find(scrollable) ?? timeline.parentElement;
      if (list === null) {
        throw new Error('The list does not scroll.');
      }
      let longest = 0;
      const observer = new PerformanceObserver(tasks => {
        longest = Math.max(longest, ...tasks.getEntries().map(task => task.duration));
      });
      observer.observe({ type: 'longtask' });
      const height = list.scrollHeight - list.clientHeight;
      for (let step = 0; step <= steps; step += 1) {
        list.scrollTop = (height * step) / steps;
        await new Promise(requestAnimationFrame);
      }
      if (list.scrollTop < height * 0.9) {
        throw new Error('The list did not scroll.');
      }
      await new Promise(resolve => requestIdleCallback(resolve));
      const last = observer.takeRecords().map(task => task.duration);
      observer.disconnect();
      return Math.max(longest, ...last);
    }, SCROLL_STEPS);

    await report({ firstOpenSeconds: first, openSeconds: median(later), longestTaskMs });
  });
});

test.describe('hidden', () => {
  test.use({ server: { seed: smallProject } });

  test('requests in a minute', async ({ page, datamark }) => {
    await datamark.openPanel();
    await datamark.makeSnapshot('seen');
    const streamEnds = page.waitForEvent('requestfailed', request => request.url().includes('/events'));
    await page.sidebar.openTab('filebrowser');
    await expect(datamark.panel).toBeHidden();
    await streamEnds;
    let requests = 0;
    page.on('request', request => {
      requests += request.url().includes('/datamark/') ? 1 : 0;
    });
    await page.waitForEvent('close', { timeout: 60_000 }).catch(() => undefined);
    await report({ hiddenRequests: requests });
  });
});
