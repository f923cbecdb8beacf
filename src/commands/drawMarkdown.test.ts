import { type IMarkdownParser, RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { until } from '../testing/until';
import { drawMarkdown } from './drawMarkdown';

const registry = (parser: IMarkdownParser): RenderMimeRegistry =>
  new RenderMimeRegistry({ initialFactories: standardRendererFactories, markdownParser: parser });

let host: HTMLElement;
beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
});
afterEach(() => host.remove());

it('draws a document with what JupyterLab allows in one that nobody trusts', async () => {
  const html = '<h1>Data of churn</h1><script>window.ran = 1</script><p onclick="window.ran = 1">made by alice</p>';
  const drawn = drawMarkdown(registry({ render: () => Promise.resolve(html) }), '# Data of churn', host);
  await until(() => host.querySelector('h1'));
  expect(host.textContent).toContain('made by alice');
  expect(host.querySelector('script, [onclick]')).toBeNull();
  drawn.dispose();
  expect(host.children).toHaveLength(0);
});

it('shows the text as it is where it can’t be drawn', async () => {
  drawMarkdown(registry({ render: () => Promise.reject(new Error('no parser')) }), '# Data of churn', host);
  await until(() => host.textContent === '# Data of churn');
});
