/** What is written to MLflow, by cases that the Python package's tests read, too: both write the same to the letter. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Relation } from '../../../contract';
import { datasetOfSnapshot } from './datasetOfSnapshot';
import { imageOf, runTags, TooManySnapshots } from './runTags';

const Snapshot = z.object({
  volume: z.string(),
  snapshot: z.string(),
  uid: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  time: z.string(),
  relation: Relation,
  exported: z.string().optional()
});
const Dataset = z.object({ name: z.string(), digest: z.string(), sourceType: z.string(), source: z.string() });
const Case = z.object({
  name: z.string(),
  snapshots: z.tuple([Snapshot], Snapshot),
  notebook: z.string().nullable(),
  /** Written by the kernel alone, which knows it. */
  image: z.string().nullable(),
  tags: z.record(z.string(), z.string()).nullable(),
  datasets: z.array(Dataset.nullable())
});

const text = readFileSync(join(__dirname, '../../../lineage-tests/cases.json'), 'utf8');

describe.each(z.array(Case).min(1).parse(JSON.parse(text)))(
  '$name',
  ({ snapshots, notebook, image, tags, datasets }) => {
    test('tags', () => {
      const written = (): Record<string, string> =>
        Object.fromEntries(runTags(snapshots, notebook).map(({ key, value }) => [key, value]));
      if (tags === null) {
        expect(written).toThrow(TooManySnapshots);
      } else {
        const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
        expect(imageOf({ data: { metrics: [], params: [], tags: pairs } })).toBe(image);
        expect(image === null ? written() : { ...written(), 'datamark.github.io/image': image }).toEqual(tags);
      }
    });

    test('datasets', () => {
      expect(snapshots.map(datasetOfSnapshot)).toEqual(datasets);
    });
  }
);
