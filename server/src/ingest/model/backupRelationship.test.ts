import { backupField } from './backupRelationship';

test('a mirror between volumes is none', () => {
  expect(backupField({ sourcePath: 'prod:sales', destinationPath: 'lab:sales_dr' })).toBeNull();
  expect(backupField({ sourcePath: null, destinationPath: null })).toBeNull();
});

test('a backup is told by its destination, its restore by its source', () => {
  const store = 'amazon-fsx-backup-1a2b:/objstore/0c000000-0000_rst';
  expect(backupField({ sourcePath: 'prod:sales', destinationPath: store })).toBe('destination.path');
  expect(backupField({ sourcePath: store, destinationPath: 'prod:sales' })).toBe('source.path');
});

test('a volume whose name only resembles a store is a mirror', () => {
  expect(backupField({ sourcePath: 'prod:objstore', destinationPath: 'lab:objstore_dr' })).toBeNull();
});
