/** A section of the panel: heading with toggle, summary and toolbar, then its body while it is open. */
import * as React from 'react';
import { caretIcon } from '../icons';
import { useEnvironment } from './environment';
import { Icon } from './icon';
import type { SectionName } from './panelState';

export interface SectionProps {
  readonly name: SectionName;
  readonly title: string;
  /** Count or worst state; a closed section still answers. */
  readonly summary?: React.ReactNode;
  readonly toolbar?: React.ReactNode;
  /** Takes the height that is left. */
  readonly grow: boolean;
  readonly children: React.ReactNode;
}

/** One section. */
export function Section({ name, title, summary, toolbar, grow, children }: SectionProps): JSX.Element {
  const { state } = useEnvironment();
  const open = state.isOpen(name);
  return (
    <section
      className={`dm-section dm-section-${name}${grow && open ? ' is-grow' : ''}${open ? ' is-open' : ''}`}
      aria-label={title}
    >
      <div className="dm-section-title">
        <h3>
          <button
            type="button"
            className="dm-section-toggle"
            aria-expanded={open}
            onClick={() => state.setOpen(name, !open)}
          >
            <Icon icon={caretIcon} className="dm-caret" />
            <span className="dm-trunc">{title}</span>
            {summary === undefined || summary === null ? null : <span className="dm-section-sum">{summary}</span>}
          </button>
        </h3>
        {open ? toolbar : null}
      </div>
      {open ? children : null}
    </section>
  );
}
