/** Chips of a snapshot's row that tell its runs and models: as MLflow told them, else as many as are written down on it. */
import * as React from 'react';
import { aliasIcon, modelIcon, runIcon } from '../../icons';
import type { SnapshotUse } from '../../model/lineageModel';
import { useEnvironment } from '../environment';
import { Icon } from '../icon';
import { usageWords, versionName } from '../lineage/lineageWords';

/** The chips. */
export function RunChips({ use }: { readonly use: SnapshotUse }): JSX.Element {
  const { trans, format } = useEnvironment();
  const { count, atLeast, found } = use;
  const versions = (found?.runs ?? []).flatMap(({ run }) => run.versions);
  const first = versions.find(({ aliases }) => aliases.length > 0) ?? versions[0];
  const alias = first?.aliases[0];
  const words = usageWords(use, format, trans);
  return (
    <>
      <span className="dm-chip" title={found === null ? trans.__('Written down on it: %1', words) : words}>
        <Icon icon={runIcon} />
        <span>{atLeast ? `${format.count(count)}+` : format.count(count)}</span>
      </span>
      {first === undefined ? null : (
        <span className="dm-chip" title={versions.map(one => [versionName(one), ...one.aliases].join(', ')).join('\n')}>
          <Icon icon={alias === undefined ? modelIcon : aliasIcon} />
          <span className="dm-trunc">{alias ?? versionName(first)}</span>
        </span>
      )}
    </>
  );
}
