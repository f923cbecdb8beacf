/** Whether the browser shows this page: a hidden page asks nothing. */
import type { PageVisibility } from './datamarkModel';

/** Visibility of the page, from the browser. */
export function browserPage(page: Document): PageVisibility {
  return {
    get visible() {
      return page.visibilityState === 'visible';
    },
    onChange: listener => {
      page.addEventListener('visibilitychange', listener);
      return () => page.removeEventListener('visibilitychange', listener);
    }
  };
}
