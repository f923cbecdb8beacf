// A CSI driver over a btrfs pool, for tests: command line, services, end. Bundled by testbed/build, run by testbed/up.
import { loadPackageDefinition, type GrpcObject, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { parseArgs } from 'node:util';
import { controllerService } from './controllerService';
import { serve, type Served } from './grpcSocket';
import { DRIVER, identityService } from './identityService';
import { nodeService } from './nodeService';
import { failingInOutage } from './outage';
import { Pool, type Log } from './pool';

const OPTIONS = {
  /** Where to serve CSI. */
  socket: { type: 'string' },
  /** Where to serve the kubelet's plugin registration, as node-driver-registrar would. */
  registration: { type: 'string' },
  /** A folder on a mounted btrfs. */
  pool: { type: 'string' },
  node: { type: 'string' },
  /** The folder with csi.proto and registration.proto. */
  protos: { type: 'string' }
} as const;

const log: Log = fields => process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...fields })}\n`);

function definition(folder: string, file: string, ...names: string[]): Served['definition'] {
  const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [folder] };
  const found = names.reduce<GrpcObject[string] | undefined>(
    (inside, name) => (inside as GrpcObject | undefined)?.[name],
    loadPackageDefinition(loadSync(file, options))
  );
  if (typeof found !== 'function') {
    throw new Error(`${file} has no ${names.join('.')}`);
  }
  return (found as ServiceClientConstructor).service;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const { socket, registration, pool: folder, node, protos } = values;
  if (!socket || !folder || !node || !protos) {
    throw new Error('usage: driver --socket PATH --pool FOLDER --node NAME --protos FOLDER [--registration PATH]');
  }
  const pool = await Pool.open(folder, log);
  const csi = (name: string) => definition(protos, 'csi.proto', 'csi', 'v1', name);
  const services = [
    { definition: csi('Identity'), methods: identityService(pool) },
    { definition: csi('Controller'), methods: failingInOutage(folder, controllerService(pool, node)) },
    { definition: csi('Node'), methods: failingInOutage(folder, nodeService(pool, node)) }
  ];
  const servers = [await serve(socket, services, log)];
  if (registration) {
    const methods = {
      GetInfo: async () => ({ type: 'CSIPlugin', name: DRIVER.name, endpoint: socket, supported_versions: ['1.0.0'] }),
      NotifyRegistrationStatus: async (status: { plugin_registered: boolean; error: string }) => {
        log({ registered: status.plugin_registered, error: status.error || undefined });
        return {};
      }
    };
    const registered = definition(protos, 'registration.proto', 'pluginregistration', 'Registration');
    servers.push(await serve(registration, [{ definition: registered, methods }], log));
  }
  log({ started: DRIVER.name, socket, pool: pool.directory, volumes: pool.volumes.size });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      servers.forEach(server => server.forceShutdown());
      void pool.settled().then(() => process.exit(0));
    });
  }
}

main().catch((error: Error) => {
  log({ error: error.stack });
  process.exitCode = 1;
});
