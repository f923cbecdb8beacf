/** Reading the kernel's table of mounts, the own one included. */
import { readFileSync } from 'node:fs';
import { readMountTable } from './mountTable';

const LINES = `22 28 0:21 / /proc rw,nosuid - proc proc rw
700 650 0:52 / /home/jovyan rw,relatime - nfs4 10.0.0.1:/export/claim rw,vers=4.2
701 650 0:53 / /data ro,relatime master:1 propagate_from:2 - ext4 /dev/sdb rw
702 650 0:54 / /sealed rw,relatime - ext4 /dev/sdc ro,errors=remount-ro
703 650 0:55 /sub /with\\040space/back\\134slash/\\303\\274 rw - xfs /dev/sdd rw
704 650 0:56 / /data rw,relatime - tmpfs tmpfs rw
705 650 0:57 / /ro/dir rw,relatime - ext4 /dev/ro rw,rootcontext=ro
not a line
`;

it('tells where something is mounted, by which file system, and whether it takes writes', () => {
  const table = readMountTable(LINES);
  expect(table.at('/home/jovyan')).toEqual({ path: '/home/jovyan', type: 'nfs4', readOnly: false });
  expect(table.at('/sealed')?.readOnly).toBe(true);
  expect(table.at('/ro/dir')?.readOnly).toBe(false);
  expect(table.at('/with space/back\\slash/ü')?.type).toBe('xfs');
  expect(table.at('/home')).toBeNull();
});

it('takes the mount that covers another', () => {
  expect(readMountTable(LINES).at('/data')).toEqual({ path: '/data', type: 'tmpfs', readOnly: false });
});

it('reads the table of this machine', () => {
  expect(readMountTable(readFileSync('/proc/self/mountinfo', 'utf8')).at('/proc')?.type).toBe('proc');
});
