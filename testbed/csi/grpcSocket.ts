// Serves plain `async request => answer` functions by gRPC on a Unix socket, and logs each call.
import { Server, ServerCredentials, status, type ServiceDefinition, type handleUnaryCall } from '@grpc/grpc-js';
import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { CsiError } from './csiError';
import type { Log } from './pool';

/** Methods of a service by name. Each takes its own message, which is parsed by the .proto file. */
export type Methods = Record<string, (request: never) => Promise<object>>;

/** A service and what serves it. */
export interface Served {
  definition: ServiceDefinition;
  methods: Methods;
}

/** The longest path that the kernel takes for a socket. */
const LONGEST = 107;
const QUIET = ['Probe', 'GetInfo', 'NodeGetCapabilities', 'NodeGetVolumeStats'];

/** Serves on a socket, in place of what was there. */
export async function serve(socket: string, services: Served[], log: Log): Promise<Server> {
  if (!path.isAbsolute(socket) || Buffer.byteLength(socket) > LONGEST) {
    throw new Error(`${socket}: not absolute, or longer than a Unix socket may be (${LONGEST} bytes)`);
  }
  const server = new Server();
  for (const { definition, methods } of services) {
    const handlers = Object.entries(methods).map(([name, method]) => [name, handler(name, method, log)]);
    server.addService(definition, Object.fromEntries(handlers) as Record<string, handleUnaryCall<object, object>>);
  }
  await mkdir(path.dirname(socket), { recursive: true });
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), error =>
      error ? reject(error) : resolve()
    )
  );
  await chmod(socket, 0o600);
  return server;
}

// Logged: name, time and outcome; never the whole request, which may hold secrets.
function handler(name: string, method: Methods[string], log: Log): handleUnaryCall<object, object> {
  return (call, done) => {
    const started = performance.now();
    const request = call.request as { name?: string; volume_id?: string; snapshot_id?: string };
    const id = request.volume_id || request.snapshot_id;
    const told = () => ({ rpc: name, name: request.name, id, ms: Math.round(performance.now() - started) });
    method(call.request as never).then(
      answer => {
        if (!QUIET.includes(name)) {
          log({ ...told(), code: 'OK' });
        }
        done(null, answer);
      },
      (error: Error) => {
        const code = error instanceof CsiError ? error.code : 'INTERNAL';
        log({ ...told(), code, error: error instanceof CsiError ? error.message : error.stack });
        done({ code: status[code], details: error.message });
      }
    );
  };
}
