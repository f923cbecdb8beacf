/** Tells the pins which notebook is in front, which kernel it has, and when that has run something: it may have unpinned. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { PinsModel } from './pinsModel';

/** Follows for the life of the page. */
export function followFrontNotebook(notebooks: INotebookTracker, pins: PinsModel): void {
  let followed: NotebookPanel | null = null;
  const tell = () => {
    const front = followed !== null && !followed.isDisposed ? followed : null;
    pins.setFront(
      front === null
        ? null
        : { path: front.context.path, kernel: front.context.sessionContext.session?.kernel?.id ?? null }
    );
  };
  const ran = (_: unknown, status: string) => {
    if (status === 'idle') {
      void pins.look();
    }
  };
  const follow = () => {
    const front = notebooks.currentWidget;
    if (front === followed) {
      return;
    }
    if (followed !== null && !followed.isDisposed) {
      followed.context.pathChanged.disconnect(tell);
      followed.context.sessionContext.kernelChanged.disconnect(tell);
      followed.context.sessionContext.statusChanged.disconnect(ran);
    }
    followed = front;
    front?.context.pathChanged.connect(tell);
    front?.context.sessionContext.kernelChanged.connect(tell);
    front?.context.sessionContext.statusChanged.connect(ran);
    tell();
  };
  notebooks.currentChanged.connect(follow);
  follow();
}
