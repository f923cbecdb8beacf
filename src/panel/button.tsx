/** Buttons of the panel. A disabled one stays focusable and says why. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Icon } from './icon';

export interface ButtonProps {
  readonly label: string;
  readonly onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
  readonly icon?: LabIcon;
  /** Hover text where it says more than the label. */
  readonly title?: string;
  readonly look?: 'primary' | 'link' | 'plain';
  /** Why it can't be used now. */
  readonly disabled?: string | null;
  /** -1 for buttons inside a list, which is one tab stop. */
  readonly tabIndex?: number;
  readonly className?: string;
}

const LOOKS = { primary: 'dm-btn is-primary', link: 'dm-link', plain: 'dm-btn' };

/** A button with words. */
export function Button(props: ButtonProps): JSX.Element {
  const { label, icon, title, look = 'plain', disabled = null, tabIndex, className = '' } = props;
  return (
    <button
      type="button"
      className={`${LOOKS[look]} ${className}`}
      title={disabled ?? title}
      aria-disabled={disabled === null ? undefined : true}
      aria-description={disabled ?? undefined}
      tabIndex={tabIndex}
      onClick={event => pressed(event, props)}
    >
      {icon === undefined ? null : <Icon icon={icon} />}
      {label}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'look' | 'icon'> {
  readonly icon: LabIcon;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly popup?: 'menu' | 'dialog';
}

/** A button that is only an icon; its label is name and hover text. */
export function IconButton(props: IconButtonProps): JSX.Element {
  const { label, icon, title, disabled = null, tabIndex, className = '' } = props;
  return (
    <button
      type="button"
      className={`dm-ib ${className}`}
      aria-label={label}
      title={disabled ?? title ?? label}
      aria-disabled={disabled === null ? undefined : true}
      aria-description={disabled ?? undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-haspopup={props.popup}
      tabIndex={tabIndex}
      onClick={event => pressed(event, props)}
    >
      <Icon icon={icon} />
    </button>
  );
}

/** A button in a row acts; it does not also select the row. */
function pressed(event: React.MouseEvent<HTMLButtonElement>, props: Pick<ButtonProps, 'onClick' | 'disabled'>): void {
  event.stopPropagation();
  if (props.disabled === null || props.disabled === undefined) {
    props.onClick(event);
  }
}
