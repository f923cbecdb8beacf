// What JupyterLab's packages expect of a browser and jsdom does not have.
const { TextDecoder, TextEncoder } = require('node:util');
const { ReadableStream, TransformStream } = require('node:stream/web');

const shims = {
  TextDecoder,
  TextEncoder,
  ReadableStream,
  TransformStream,
  requestIdleCallback: callback => setTimeout(() => callback({ didTimeout: false, timeRemaining: () => 50 }), 0),
  cancelIdleCallback: handle => clearTimeout(handle),
  ResizeObserver: class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
  DragEvent: class extends Event {},
  matchMedia: media => ({
    media,
    matches: false,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {}
  })
};
for (const [name, value] of Object.entries(shims)) {
  if (globalThis[name] === undefined) {
    globalThis[name] = value;
  }
}
if (globalThis.Element !== undefined) {
  Element.prototype.scrollIntoView ??= () => {};
}
