/** Runs axe on a part of the page. axe is put into the page itself, because its Playwright package needs another Node. */
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXE = createRequire(join(__dirname, 'accessibility.ts')).resolve('axe-core/axe.min.js');

interface AxeOfThePage {
  axe?: { run(context: object, options: object): Promise<AxeResults> };
}

/** One line for each serious or critical finding inside the selector: rule, what is wrong, where. */
export async function seriousFindings(page: Page, selector: string): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.addScriptTag({ path: AXE });
  }
  return page.evaluate(async within => {
    const { axe } = window as unknown as AxeOfThePage;
    if (axe === undefined) {
      throw new Error('axe is not on the page.');
    }
    const { violations } = await axe.run({ include: [[within]] }, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) =>
        nodes.map(node => `${id}: ${help}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`)
      );
  }, selector);
}
