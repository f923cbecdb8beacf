import { reproducedCells, type CellRules } from './reproducedCells';

const RULES: CellRules = {
  run: '0123456789abcdef',
  paths: [
    { live: '/data', here: '/clones/one' },
    { live: '/data/deep', here: '/clones/two' }
  ],
  parameters: [
    { key: 'rate', value: '0.5' },
    { key: 'name', value: '12' },
    { key: 'text', value: 'it"s\nhere' },
    { key: 'unused', value: '1' }
  ]
};

const code = (source: string, tags?: string[]): Parameters<typeof reproducedCells>[0][number] => ({
  cell_type: 'code',
  source,
  metadata: tags === undefined ? {} : { tags }
});

const one = (source: string): string => reproducedCells([code(source)], RULES).cells[0]?.source ?? '';

test.each([
  ['open("/data/x.csv")', 'open("/clones/one/x.csv")'],
  ["root = '/data'", "root = '/clones/one'"],
  ['open("/data/deep/x")', 'open("/clones/two/x")'],
  ['/data:/data', '/clones/one:/clones/one']
])('the path in %s leads to the clone', (source, expected) => {
  expect(one(source)).toBe(expected);
});

test.each(['/database/x', '/old/data/x', 'http://host/data/x', '~/data', './data', '/data-2', '/data.csv'])(
  '%s is another path and stays',
  source => {
    expect(one(source)).toBe(source);
  }
);

test.each([
  ['%%snapshot --title x\ntrain()', '# %%snapshot --title x\ntrain()'],
  ['if x:\n    %datamark pin latest\ny', 'if x:\n    pass  # %datamark pin latest\ny'],
  ['s = %datamark snapshots', 's = None  # %datamark snapshots'],
  ['!datamark restore latest --yes', 'pass  # !datamark restore latest --yes'],
  ['%load_ext datamark', 'pass  # %load_ext datamark'],
  ['!cd /x && datamark restore latest --yes', 'pass  # !cd /x && datamark restore latest --yes'],
  ['done = !python -m datamark delete x --yes', 'done = None  # !python -m datamark delete x --yes'],
  ['!ls datamark-clones ./datamark', '!ls datamark-clones ./datamark'],
  ['datamark = 1', 'datamark = 1']
])('%j becomes %j', (source, expected) => {
  expect(one(source)).toBe(expected);
});

test('a cell that names the run is left out, as it would write into it', () => {
  const { cells, changes } = reproducedCells([code(`mlflow.start_run("${RULES.run}")`)], RULES);
  expect(cells[0]?.cell_type).toBe('raw');
  expect(changes).toEqual(['Cell 1 is left out: it names the run itself, and would write into it.']);
});

test.each(['%%bash\nset -e\ndatamark restore latest --yes', '%%sh\npython -m datamark delete x', '%%!\ndatamark list'])(
  'the cell %j, which runs commands of Datamark, is left out',
  source => {
    const { cells, changes } = reproducedCells([code(source)], RULES);
    expect(cells[0]?.cell_type).toBe('raw');
    expect(changes).toEqual(['Cell 1 is left out: it runs commands of Datamark.']);
  }
);

test.each([
  ['subprocess.run(["datamark", "restore", "latest"])', 'works with Datamark itself'],
  ['from datamark.client import Client', 'works with Datamark itself'],
  ['get_ipython().run_line_magic("datamark", "restore latest")', 'works with Datamark itself'],
  ['%cd ~/work', 'names the home directory (~)'],
  ['open(os.path.expanduser("~/x"))', 'names the home directory (~)'],
  ['client = MlflowClient(registry_uri="http://x")', 'chooses a model registry itself']
])('%j stays, and is told', (source, told) => {
  const { cells, changes } = reproducedCells([code(source)], RULES);
  expect(cells[0]).toEqual(code(source));
  expect(changes).toEqual([expect.stringContaining(told)]);
});

test.each(['x = "a~b"', 'y = ~mask', '!ls datamark-clones', '%%bash\nls datamark-clones/x'])(
  'nothing is said of %j',
  source => {
    expect(reproducedCells([code(source)], RULES)).toEqual({ cells: [code(source)], changes: [] });
  }
);

test.each([
  ['path = ""', '/data/x.csv', 'path = "/clones/one/x.csv"'],
  ['layers = [64, 64]', "[32, 'a']", 'layers = __import__("ast").literal_eval("[32, \'a\']")'],
  ['rate = 0.1', 'inf', 'rate = float("inf")'],
  ['rate = 0.1', 'nan', 'rate = float("nan")'],
  ['depth = None', 'None', 'depth = None'],
  ['depth = None', '(1, 2)', 'depth = "(1, 2)"'],
  ['size = 1', '1e-05', 'size = 1e-05'],
  ['text = "a"', '"\n\\', 'text = "\\"\\n\\\\"']
])('where the cell has %j, the value %j is set as %j', (written, value, expected) => {
  const key = written.split(' ')[0] ?? '';
  const rules = { ...RULES, parameters: [{ key, value }] };
  expect(reproducedCells([code(written, ['parameters'])], rules).cells[1]?.source).toBe(expected);
});

test('parameters are set behind the tagged cell, as the type that they have there', () => {
  const tagged = code('rate = 0.1\nname = "a"\ntext: str = "b"\nother = 1', ['parameters']);
  const { cells } = reproducedCells([tagged, code('run()')], RULES);
  expect(cells.map(({ source }) => source)).toEqual([
    tagged.source,
    'rate = 0.5\nname = "12"\ntext = "it\\"s\\nhere"',
    'run()'
  ]);
});

test('texts between cells stay, and nothing is said where nothing is otherwise', () => {
  const text = { cell_type: 'markdown', source: '/data and %%snapshot', metadata: {} };
  expect(reproducedCells([text, code('x = 1')], RULES)).toEqual({ cells: [text, code('x = 1')], changes: [] });
});
