// Two test beds on one machine, as of two checkouts: neither sees the other, and each goes without a trace.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Bed, describeOnBed } from '../support/bed';
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
    const before = traces();
    const firstNode = await kubectl(nodes);

    expect(await command('up')).toContain('ready in');
    expect(await ask(...nodes)).not.toBe(firstNode);
    expect(await kubectl(nodes)).toBe(firstNode);

    const running = second.pid('etcd');
    expect(await command('up')).toContain('already up');
    expect(second.pid('etcd')).toBe(running);

    await second.kill('apiserver');
    await second.kill('csi-driver');
    expect(await command('up')).toContain('ready in');
    expect(second.pid('etcd')).toBe(running);

    await second.kill('containerd');
    await second.kill('kubelet');
    await second.kill('etcd');
    expect(await command('down')).toContain('down');
    expect(traces()).toEqual(before);
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

  // What a bed could leave behind on the machine.
  function traces(): Record<string, string[]> {
    const cgroups = readdirSync('/sys/fs/cgroup').flatMap(hierarchy => bedsIn(`/sys/fs/cgroup/${hierarchy}`));
    const processes = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(pid => textOf(`/proc/${pid}/cmdline`).includes(second.directory));
    return {
      cgroups: [...cgroups, ...bedsIn('/sys/fs/cgroup')],
      links: readdirSync('/sys/class/net').sort(),
      mounts: textOf('/proc/self/mountinfo')
        .split('\n')
        .filter(line => line.includes(second.directory)),
      processes,
      loops: readdirSync('/sys/block').filter(name =>
        textOf(`/sys/block/${name}/loop/backing_file`).includes(second.directory)
      ),
      settings: ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'net/ipv4/ip_forward'].map(name =>
        textOf(`/proc/sys/${name}`)
      )
    };
  }
});

const bedsIn = (folder: string): string[] =>
  existsSync(folder)
    ? entries(folder)
        .filter(name => name.startsWith('datamark-bed-'))
        .sort()
    : [];

function entries(folder: string): string[] {
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
