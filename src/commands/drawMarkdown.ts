/** Draws Markdown as JupyterLab does, without trust: no scripts, no styles of its own. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import type { IDisposable } from '@lumino/disposable';

const MARKDOWN = 'text/markdown';

/** Draws it into an element of the page until it is disposed. Where it can't be drawn, its text is shown as it is. */
export function drawMarkdown(rendermime: IRenderMimeRegistry, text: string, host: HTMLElement): IDisposable {
  const renderer = rendermime.createRenderer(MARKDOWN);
  Widget.attach(renderer, host);
  renderer.renderModel(rendermime.createModel({ data: { [MARKDOWN]: text } })).catch(() => {
    renderer.node.textContent = text;
  });
  return renderer;
}
