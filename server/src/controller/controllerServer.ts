/** What the cluster asks of the controller over HTTP: does it live, can it work, what has it done. */
import { createServer, type Server } from 'node:http';
import express from 'express';

/** Whether it can work (null: it can), and what it counts. */
export interface ToldMetrics {
  notReady(): string | null;
  text(): string;
}

/** Not listening yet. */
export function controllerServer(metrics: ToldMetrics): Server {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.type('text').send('ok\n'));
  app.get('/readyz', (_request, response) => {
    const why = metrics.notReady();
    response
      .status(why === null ? 200 : 503)
      .type('text')
      .send(`${why ?? 'ok'}\n`);
  });
  app.get('/metrics', (_request, response) => {
    response.set('Content-Type', 'text/plain; version=0.0.4; charset=utf-8').send(metrics.text());
  });
  return createServer(app);
}
