/** The facts of the mirror whose row is open: state and who told it, transfers, schedule, snapshot. */
import * as React from 'react';
import type { Mirror } from '../../../contract';
import { UNKNOWN } from '../../model/format';
import { useEnvironment } from '../environment';
import { Button } from '../button';
import { run } from '../environment';
import { CommandIDs } from '../../tokens';
import { coarse, lastTransferWords, reasonWords, stateWords, toldWords } from './mirrorWords';

export interface MirrorDetailsProps {
  readonly mirror: Mirror;
  /** The server’s clock. */
  readonly now: Date;
}

/** The facts, and the way to a fixed version. */
export function MirrorDetails({ mirror, now }: MirrorDetailsProps): JSX.Element {
  const environment = useEnvironment();
  const { trans, format } = environment;
  const { lastTransfer, schedule, policy, data, guard } = mirror;
  const told = mirror.stateAsTold === null ? '' : ` (${mirror.stateAsTold})`;
  const facts: [name: string, value: string][] = [
    [trans.__('State'), `${stateWords(mirror, trans)}${told}, ${toldWords(mirror, now, format, trans)}`],
    [trans.__('To'), mirror.to ?? UNKNOWN],
    [trans.__('Snapshot'), data.snapshot ?? UNKNOWN],
    [
      trans.__('Last transfer'),
      lastTransfer === null
        ? UNKNOWN
        : [lastTransferWords(lastTransfer, now, format, trans), ...lastTransfer.reasons.map(reasonWords)].join(' ')
    ],
    [
      trans.__('Next'),
      schedule === null
        ? UNKNOWN
        : `${schedule.nextAt === null ? UNKNOWN : format.moment(schedule.nextAt, now)} (${schedule.name})`
    ],
    [trans.__('Policy'), policy === null ? UNKNOWN : [policy.name, policy.type].filter(Boolean).join(', ')],
    ...(guard === null
      ? []
      : [[trans.__('At most'), coarse(guard.maxAgeSeconds * 1_000, trans)] as [name: string, value: string]])
  ];
  return (
    <div className="dm-mirror-facts" role="gridcell">
      <dl>
        {facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </React.Fragment>
        ))}
      </dl>
      <Button
        label={trans.__('Train on this version…')}
        tabIndex={-1}
        onClick={() => run(environment, CommandIDs.trainOnVersion, { mirror: mirror.id })}
      />
    </div>
  );
}
