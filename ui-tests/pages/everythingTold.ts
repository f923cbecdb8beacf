/** All that a page is told, says and shows while it is watched, to look for what must not be in it. */
import type { Page, Response } from '@playwright/test';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Programs and pictures of JupyterLab are the same for everybody. */
const SAME_FOR_ALL = ['script', 'stylesheet', 'image', 'font'];

interface EverythingTold {
  /** What there was, as `where: text`. The page shows its last words by then. */
  texts(): Promise<string[]>;
}

/** Watches a page from now on: requests and answers with their headers, sockets, the console, and what is kept in it. */
export function watchEverything(page: Page): EverythingTold {
  const told: string[] = [];
  const answers: Promise<string>[] = [];
  page.on('request', request =>
    told.push(`asked: ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`)
  );
  page.on('requestfinished', request => {
    if (!SAME_FOR_ALL.includes(request.resourceType())) {
      answers.push(request.response().then(answer => (answer === null ? '' : textOf(answer))));
    }
  });
  page.on('websocket', socket => {
    socket.on('framesent', ({ payload }) => told.push(`sent: ${payload.toString()}`));
    socket.on('framereceived', ({ payload }) => told.push(`received: ${payload.toString()}`));
  });
  page.on('console', message => told.push(`console: ${message.text()}`));
  page.on('pageerror', error => told.push(`error: ${error.stack ?? error.message}`));
  return {
    texts: async () => [
      ...told,
      ...(await Promise.all(answers)),
      `page: ${await page.content()}`,
      `kept: ${await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))}`
    ]
  };
}

async function textOf(answer: Response): Promise<string> {
  const { headers, text } = { headers: await answer.allHeaders(), text: await answer.text().catch(() => '') };
  return `answer: ${answer.url()} ${JSON.stringify(headers)} ${text}`;
}

/** All files below a folder, as `path: text`. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter(one => one.isFile()).map(one => join(one.parentPath, one.name));
  return Promise.all(paths.map(async path => `${path}: ${await readFile(path, 'latin1')}`));
}

/** Which of these texts hold one of the secrets: only where, so that a failure tells none. */
export const whereFound = (texts: readonly string[], secrets: readonly string[]): string[] =>
  texts.filter(text => secrets.some(secret => text.includes(secret))).map(text => text.slice(0, text.indexOf(' ')));
