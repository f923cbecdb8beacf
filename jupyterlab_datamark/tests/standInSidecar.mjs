/**
 * Stands in for the sidecar where a test has to see what reaches Node, or needs it to misbehave.
 * Writes one JSON line for each thing that happens to the file named by STAND_IN_RECORD.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const record = what => appendFileSync(process.env.STAND_IN_RECORD, JSON.stringify(what) + '\n');
record({ what: 'start', configuration: JSON.parse(process.env.DATAMARK_CONFIG), environment: process.env });
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));

const server = createServer((request, response) => {
  const body = [];
  request.on('data', chunk => body.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    record({ what: 'request', method, url, headers, body: Buffer.concat(body).toString() });
    if (url.includes('/events')) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Set-Cookie': 'a=b', 'X-Powered-By': 'x' });
      response.write('event: hello\nid: e:1\ndata: {}\n\n');
      // One event for each SIGUSR2, so that a test decides when it comes.
      let sent = 1;
      const send = () => response.write(`event: upsert\nid: e:${++sent}\ndata: {"n":${sent}}\n\n`);
      process.on('SIGUSR2', send);
      response.on('close', () => {
        process.off('SIGUSR2', send);
        record({ what: 'stream closed' });
      });
      record({ what: 'stream open', pid: process.pid });
    } else if (url.includes('silent')) {
      record({ what: 'silent' });
    } else if (url.includes('abrupt')) {
      request.socket.destroy();
    } else {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': 'a=b', 'X-Request-Id': 'r1' });
      response.end(JSON.stringify({ state: 'running', pid: process.pid, url }));
    }
  });
});
server.listen({ fd: Number(process.argv[process.argv.indexOf('--fd') + 1]) });
