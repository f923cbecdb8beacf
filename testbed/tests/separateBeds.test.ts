// Two test beds on one machine, as of two checkouts: neither sees the other, and each goes without a trace.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import { kubectl } from '../support/kubectl';

const run = promisify(execFile);
const FOLDER = path.join(__dirname, '..');

describeOnBed('a second bed on the machine', () => {
  let second: Bed;

  // Short: sockets have their paths in it.
  beforeAll(() => {
    second = new Bed(mkdtempSync('/var/tmp/dmbed-'));
  });
  afterAll(async () => {
    await command('down');
    rmSync(second.directory, { recursive: true, force: true });
  });

  const command = async (name: string) => {
    const env = { ...process.env, DATAMARK_BED_DIR: second.directory };
    const { stderr } = await run(path.join(FOLDER, name), { env, timeout: 180_000 });
    return stderr;
  };
  const ask = (...args: string[]) => kubectl([`--kubeconfig=${second.directory}/kubeconfig`, ...args]);
  const nodes = ['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.uid}'];

  test('starts beside the first, repairs what was killed and goes without a trace', async () => {
    const before = settings();
    const firstNode = await kubectl(nodes);

    expect(await command('up')).toContain('ready in');
    expect(await ask(...nodes)).not.toBe(firstNode);
    expect(await kubectl(nodes)).toBe(firstNode);
    expect(traces()).toMatchObject({ cgroups: expect.arrayContaining([expect.anything()]), mounts: [] });
    expect([traces().links, traces().loops]).toEqual([[expect.anything()], [expect.anything()]]);

    const running = second.pid('etcd');
    expect(await command('up')).toContain('already up');
    expect(second.pid('etcd')).toBe(running);

    await second.kill('apiserver');
    await second.kill('csi-driver');
    const proxy = second.pid('kube-proxy');
    expect(await command('up')).toContain('ready in');
    expect(second.pid('etcd')).toBe(running);
    expect(await command('up')).toContain('already up');
    expect(second.pid('kube-proxy')).toBe(proxy);

    await second.kill('containerd');
    await second.kill('kubelet');
    await second.kill('etcd');
    expect(await command('down')).toContain('down');
    expect(traces()).toEqual({ cgroups: [], links: [], mounts: [], processes: [], loops: [] });
    expect(settings()).toEqual(before);
    expect(existsSync(second.directory)).toBe(false);
    expect(await kubectl(nodes)).toBe(firstNode);
  }, 300_000);

  test('whose first process was killed is cleared away and made anew', async () => {
    await command('up');
    await second.kill('bed');

    expect(await command('up')).toContain('clearing away');

    expect(await ask('get', '--raw', '/readyz')).toBe('ok');
    await command('down');
    expect(await command('down')).toContain('nothing to do');
  }, 300_000);

  // What a bed could leave behind on the machine; other beds may come and go meanwhile.
  function traces(): Record<string, string[]> {
    const id = createHash('sha256').update(second.directory).digest('hex').slice(0, 6);
    const hierarchies = ['.', ...namesIn('/sys/fs/cgroup')];
    return {
      cgroups: hierarchies.filter(name => existsSync(`/sys/fs/cgroup/${name}/datamark-bed-${id}`)),
      links: namesIn('/sys/class/net').filter(name => name === `dmbed-${id}`),
      mounts: textOf('/proc/self/mountinfo')
        .split('\n')
        .filter(line => line.includes(second.directory)),
      processes: namesIn('/proc').filter(name => textOf(`/proc/${name}/cmdline`).includes(second.directory)),
      loops: namesIn('/sys/block').filter(name =>
        textOf(`/sys/block/${name}/loop/backing_file`).includes(second.directory)
      )
    };
  }

  // Set for the whole machine by a kubelet that has it to itself.
  const settings = () =>
    ['vm/overcommit_memory', 'kernel/panic', 'net/ipv4/ip_forward'].map(name => textOf(`/proc/sys/${name}`));
});

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
