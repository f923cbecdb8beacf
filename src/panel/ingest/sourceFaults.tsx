/** Above the rows: which source of mirrors does not answer, why, and from when the rows are. */
import * as React from 'react';
import type { MirrorSource } from '../../../contract';
import { plugIcon } from '../../icons';
import type { FoundMirrors } from '../../model/mirrorsModel';
import { Button } from '../button';
import { useEnvironment } from '../environment';
import { Icon } from '../icon';
import { sourceWords } from './sourceWords';

/** A line for each that refuses. */
export function SourceFaults({ found }: { readonly found: FoundMirrors }): JSX.Element {
  return (
    <>
      <Fault source={found.sources.ontap} name="ONTAP" />
      <Fault source={found.sources.trident} name="Trident" />
    </>
  );
}

function Fault({ source, name }: { readonly source: MirrorSource; readonly name: string }): JSX.Element | null {
  const { trans, format, mirrors } = useEnvironment();
  const words = sourceWords(source, name, mirrors.now(), format, trans);
  if (words === null) {
    return null;
  }
  return (
    <div className="dm-reason dm-as-of" role="note">
      <Icon icon={plugIcon} className="dm-warn" />
      <span>
        {words.heading} <bdi>{words.problem}</bdi> {words.since}{' '}
        <Button label={trans.__('Try now')} look="link" onClick={() => void mirrors.look(true)} />
      </span>
    </div>
  );
}
