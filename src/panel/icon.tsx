/** Draws an icon in the colour of the text around it, beside words that say the same. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IconProps {
  readonly icon: LabIcon;
  /** Further classes, for example `dm-ok` or `dm-icon-s`. */
  readonly className?: string;
}

/** An icon without a name of its own: assistive technology skips it. */
export const Icon = React.memo(function Icon({ icon, className = '' }: IconProps): JSX.Element {
  return (
    <span
      className={`dm-icon ${className}`}
      aria-hidden="true"
      // The text comes from the extension's and JupyterLab's own icon files.
      dangerouslySetInnerHTML={{ __html: icon.svgstr }}
    />
  );
});
