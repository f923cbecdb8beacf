/** What stands in place of a list: empty, forbidden, unreachable, broken, loading. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useEnvironment } from './environment';
import { Icon } from './icon';

/** A list that loads shows nothing this long, then a skeleton, in ms. */
const SKELETON_AFTER = 300;

export interface StateViewProps {
  readonly icon: LabIcon;
  readonly heading: string;
  /** What is so. */
  readonly detail?: string;
  /** What follows from it, or what to do. */
  readonly next?: string;
  /** Verbatim text of a log or an answer. */
  readonly raw?: string;
  /** Buttons. */
  readonly children?: React.ReactNode;
  /** Words below the buttons. */
  readonly after?: React.ReactNode;
}

/** Icon, heading, sentences, buttons. */
export function StateView({ icon, heading, detail, next, raw, children, after }: StateViewProps): JSX.Element {
  return (
    <div className="dm-section-body" tabIndex={0} role="group" aria-label={heading}>
      <div className="dm-state">
        <Icon icon={icon} />
        <h4>{heading}</h4>
        {detail === undefined || detail === '' ? null : <p className="is-strong">{detail}</p>}
        {next === undefined || next === '' ? null : <p>{next}</p>}
        {raw === undefined || raw === '' ? null : <pre className="dm-raw">{raw}</pre>}
        {children === undefined ? null : <div className="dm-actions">{children}</div>}
        {after}
      </div>
    </div>
  );
}

/** Grey bars, once loading takes long enough to be noticed. */
export function Skeleton(): JSX.Element {
  const { trans } = useEnvironment();
  const [shown, setShown] = React.useState(false);
  React.useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="dm-section-body">
      {shown ? (
        <div className="dm-skel" role="status" aria-busy="true" aria-label={trans.__('Loading')}>
          {[62, 40, 75, 52].map(width => (
            <i key={width} style={{ width: `${width}%` }} />
          ))}
        </div>
      ) : null}
    </div>
  );
}
