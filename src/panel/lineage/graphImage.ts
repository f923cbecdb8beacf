/** The graph as a picture: a file of its own, with the colours that the page gives it now. */

const COPIED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-size', 'font-weight'];
/** Pixels of a PNG for each of the page. */
const SCALE = 2;

/** The text of an SVG file that looks as the graph does on the page. */
export function graphText(graph: SVGSVGElement): string {
  const copy = graph.cloneNode(true) as SVGSVGElement;
  const drawn = [...graph.querySelectorAll('*')];
  [...copy.querySelectorAll('*')].forEach((element, at) => {
    const original = drawn[at];
    if (original !== undefined) {
      const style = getComputedStyle(original);
      COPIED.forEach(name => element.setAttribute(name, style.getPropertyValue(name)));
    }
    ['class', 'tabindex', 'role', 'aria-label'].forEach(name => element.removeAttribute(name));
  });
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(document.body).getPropertyValue('--jp-layout-color1').trim() || 'white');
  copy.prepend(ground);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a PNG. Rejects where the browser can't draw it. */
export async function graphPicture(graph: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(graphText(graph))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = graph.width.baseVal.value * SCALE;
  canvas.height = graph.height.baseVal.value * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => (blob === null ? reject(new Error('the picture could not be made')) : resolve(blob)));
  });
}
