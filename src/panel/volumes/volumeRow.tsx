/** One volume: name, space, and for the selected one its path and actions. */
import { ellipsesIcon, folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Volume, VolumeRole } from '../../../contract';
import { whyNotVolume } from '../../commands/reasons';
import { homeIcon, offIcon, scratchIcon, snapshotIcon, volumeIcon, warnIcon } from '../../icons';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { openMenuAt, type MenuEntry } from '../contextMenu';
import { run, useEnvironment } from '../environment';
import { Icon } from '../icon';
import { FreshnessBadge } from '../ingest/freshnessBadge';
import { itemsOf } from '../../model/listState';
import { restoreUnderWay } from '../../model/restoresUnderWay';
import { RestoreLine } from './restoreLine';
import { storageFacts, volumeUsage } from './volumeUsage';

const ROLE_ICONS: Readonly<Record<VolumeRole, typeof homeIcon>> = {
  home: homeIcon,
  data: volumeIcon,
  scratch: scratchIcon
};

/** What the ⋯ menu of a volume offers. */
export function volumeMenu(volume: Volume): MenuEntry[] {
  return [
    { command: CommandIDs.createSnapshot, args: { volume: volume.id } },
    { command: CommandIDs.cloneVolume, args: { volume: volume.id } },
    'separator',
    { command: CommandIDs.showVolume, args: { volume: volume.id } },
    { command: CommandIDs.refresh, args: {} }
  ];
}

export interface VolumeRowProps {
  readonly volume: Volume;
  readonly id: string;
  readonly selected: boolean;
  readonly active: boolean;
  /** The empty timeline below owns the Snapshot button. */
  readonly bare: boolean;
  readonly onSelect: () => void;
}

/** A row of the volumes list. */
export function VolumeRow({ volume, id, selected, active, bare, onSelect }: VolumeRowProps): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model, commands } = environment;
  const usage = volumeUsage(volume, format, trans);
  const noSnapshots = volume.can.snapshot.available ? null : `${volume.can.snapshot.reason} ${volume.can.snapshot.fix}`;
  const busy = model.operations.find(
    one => one.volume === volume.id && one.verb === 'snapshot' && one.state !== 'failed'
  );
  const restore = restoreUnderWay(itemsOf(model.restores), volume.id);
  const disabled =
    whyNotVolume(model, 'snapshot', volume, trans) ??
    (busy === undefined ? null : trans.__('A snapshot of %1 is being made.', volume.name));
  return (
    <div
      className={`dm-vol${selected ? ' is-selected' : ''}${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-selected={selected}
      onClick={onSelect}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onSelect();
        openMenuAt(commands, volumeMenu(volume), event.currentTarget);
      }}
    >
      <Icon icon={ROLE_ICONS[volume.role]} />
      <span className="dm-vol-name dm-trunc" role="gridcell" title={`${volume.name}, ${volume.mountPath}`}>
        <bdi>{volume.name}</bdi>
      </span>
      <span className="dm-vol-size dm-num" role="gridcell" title={usage.hover}>
        {volume.readOnly ? (
          <span className="is-extra dm-tag" title={trans.__('Mounted read-only')}>
            {trans.__('read-only')}
          </span>
        ) : null}
        {volume.shared === null ? null : (
          <span className="is-extra dm-tag" title={volume.shared}>
            {trans.__('shared')}
          </span>
        )}
        <FreshnessBadge volume={volume.id} />
        {noSnapshots === null ? null : (
          <span className="dm-tag" title={trans.__('No snapshots: %1', noSnapshots)}>
            <Icon icon={offIcon} className="dm-icon-s dm-inline" />
            <span className="dm-sr">{trans.__('no snapshots')}</span>
          </span>
        )}
        <span>
          {usage.high ? <Icon icon={warnIcon} className="dm-warn dm-icon-s dm-inline" /> : null}
          {usage.text}
        </span>
      </span>
      {selected ? (
        <div className="dm-vol-sub" role="gridcell">
          <span className="dm-trunc" title={volume.mountPath}>
            <bdi>{volume.mountPath}</bdi>
          </span>
          <span className="is-extra dm-trunc" title={storageFacts(volume, trans)}>
            {volume.storageClass ?? volume.driver}
          </span>
        </div>
      ) : null}
      {volume.trouble === null ? null : (
        <div className="dm-vol-trouble dm-reason" role="gridcell">
          <Icon icon={warnIcon} className="dm-warn dm-icon-s" />
          <span>{volume.trouble}</span>
        </div>
      )}
      <div role="gridcell" className="dm-vol-use">
        <div
          className={`dm-usage${usage.share === null ? ' is-unknown' : ''}${usage.high ? ' is-high' : ''}`}
          role="img"
          aria-label={usage.hover}
          title={usage.hover}
        >
          {usage.share === null ? null : <i style={{ width: `${usage.share * 100}%` }} />}
        </div>
      </div>
      {restore === null ? null : <RestoreLine restore={restore} />}
      {selected && !bare && restore === null ? (
        <div role="gridcell" className="dm-vol-more">
          <Button
            label={trans.__('Snapshot')}
            look="primary"
            icon={snapshotIcon}
            disabled={disabled}
            tabIndex={-1}
            onClick={() => run(environment, CommandIDs.createSnapshot, { volume: volume.id })}
          />
          <span className="dm-spring" />
          {volume.browsePath === null || !commands.hasCommand(CommandIDs.showVolume) ? null : (
            <IconButton
              label={trans.__('Show in file browser')}
              icon={folderIcon}
              tabIndex={-1}
              onClick={() => run(environment, CommandIDs.showVolume, { volume: volume.id })}
            />
          )}
          <IconButton
            label={trans.__('More actions for %1', volume.name)}
            icon={ellipsesIcon}
            popup="menu"
            tabIndex={-1}
            onClick={event => openMenuAt(commands, volumeMenu(volume), event.currentTarget)}
          />
        </div>
      ) : null}
    </div>
  );
}
