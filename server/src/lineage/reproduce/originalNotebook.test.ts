import { readNotebook } from './originalNotebook';

const notebook = (parts: object): string => JSON.stringify({ nbformat: 4, metadata: {}, cells: [], ...parts });

test('sources are texts or lines, and tags that are none are passed over', () => {
  const cells = [
    { cell_type: 'code', source: ['a\n', 'b'], metadata: { tags: 7, kept: true }, outputs: [] },
    { cell_type: 'raw', source: 'c' }
  ];
  expect(readNotebook(notebook({ cells }), 'n.ipynb')).toMatchObject({
    ok: true,
    notebook: { cells: [{ source: 'a\nb', metadata: { kept: true } }, { source: 'c' }] }
  });
});

test.each([
  ['no json', 'is not JSON'],
  [notebook({ nbformat: 3 }), 'not a notebook of format 4'],
  [notebook({ metadata: { language_info: { name: 'R' } } }), 'written in R'],
  [notebook({ metadata: { kernelspec: { language: 'julia' } } }), 'written in julia']
])('%s can’t be run again', (text, reason) => {
  expect(readNotebook(text, 'n.ipynb')).toMatchObject({
    ok: false,
    reason: expect.stringContaining(reason) as unknown
  });
});

test('a script is a cell that sees its own name', () => {
  const read = readNotebook('print(1)', 'bin/train.py');
  expect(read.ok && read.notebook.cells.map(({ source }) => source)).toEqual([
    [
      'import os as _os, sys as _sys',
      '_sys.argv = ["bin/train.py"]',
      '__file__ = _os.path.abspath(_sys.argv[0])',
      '_sys.path.insert(0, _os.path.dirname(__file__))'
    ].join('\n'),
    'print(1)'
  ]);
});
