// The storage driver of the test bed passes the conformance test of the CSI project.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bed, type Bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';

describeOnBed('csi-sanity', () => {
  test.each(['false', 'true'])('passes for volumes with sized: %s', async sized => {
    const on = bed as Bed;
    const folder = path.join(on.directory, 'sanity');
    execFileSync('mkdir', ['-p', folder]);
    const [socket, pool, parameters, log] = ['csi.sock', 'pool', 'class.yaml', 'driver.log'].map(name =>
      path.join(folder, name)
    );
    writeFileSync(String(parameters), `sized: "${sized}"\n`);
    const driver = path.join(__dirname, '..', '..', '.build', 'testbed', 'csiDriver.cjs');
    // One shell inside the bed, as the pool is mounted there only; it ends the driver whatever comes of the test.
    const script = `
      set -e
      mkdir -p '${on.directory}/pool/sanity'
      ln -sfn '${on.directory}/pool/sanity' '${pool}'
      '${process.execPath}' '${driver}' --socket '${socket}' --pool '${pool}' --node node0 --protos '${on.directory}/manifests' 2>'${log}' &
      driver=$!
      trap 'kill $driver; wait $driver || true' EXIT
      for i in $(seq 100); do [ ! -S '${socket}' ] || break; sleep 0.1; done
      [ -S '${socket}' ] || { cat '${log}'; exit 1; }
      '${on.directory}/bin/csi-sanity' --csi.endpoint='unix://${socket}' --csi.testvolumeparameters='${parameters}' \
        --csi.mountdir='${folder}/mount' --csi.stagingdir='${folder}/staging' --ginkgo.no-color 2>&1`;

    const output = await on
      .run('sh', '-c', script)
      .catch((error: { stdout?: string }) => error.stdout ?? String(error));
    rmSync(folder, { recursive: true });

    const [, ran, passed, failed] = /Ran (\d+) of[^]*?(\d+) Passed \| (\d+) Failed/.exec(output) ?? [output];
    expect({ ran, passed, failed }).toEqual({ ran: '55', passed: '55', failed: '0' });
  });
});
