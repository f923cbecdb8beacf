import { RESTORE_PATHS_MAX } from '../../contract';
import { language } from '../testing/fakePage';
import { addPathLines, pathsIn, readPathLines } from './pathLines';

const { trans } = language;
const root = { volumeName: 'home', mountPath: '/home/jovyan' };
const read = (text: string) => readPathLines(text, root, trans);

describe('paths, one on a line', () => {
  it('are read once each, without the slash of a folder and without empty lines', () => {
    expect(read('data/\n\nmodel.pt\r\ndata\n')).toEqual({ paths: ['data', 'model.pt'], error: null });
  });

  it('may be pasted with the place where the volume is mounted', () => {
    expect(read('/home/jovyan/a b/c.txt').paths).toEqual(['a b/c.txt']);
  });

  it.each(['../other', '/etc/passwd', 'a//b', './x', '/home/jovyan'])('names the line of %s', path => {
    expect(read(`fine.txt\n${path}`)).toEqual({
      paths: ['fine.txt'],
      error: 'Line 2: write a path inside home, without “..”.'
    });
  });

  it('are as many as one request takes', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, at) => `f${String(at)}`).join('\n');
    expect(read(lines(RESTORE_PATHS_MAX)).error).toBeNull();
    expect(read(lines(RESTORE_PATHS_MAX + 1)).error).toContain('At most 500');
  });

  it('are added below what was written, each once', () => {
    expect(addPathLines('a\n/home/jovyan/b/', ['b', 'c'], root)).toBe('a\n/home/jovyan/b/\nc\n');
  });
});

it('of the file browser only what lies in the volume is taken, without the volume’s own folder', () => {
  expect(pathsIn('home', ['home', 'home/a', 'homework/b'])).toEqual(['a']);
  expect(pathsIn('', ['', 'a/b'])).toEqual(['a/b']);
  expect(pathsIn(null, ['a'])).toEqual([]);
});
