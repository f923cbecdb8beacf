/**
 * After a restore: open files that show other content than the disk has now are offered to be read again.
 * A file with unsaved edits is never reloaded; it is named, with what saving it would do.
 */
import type { IOpenDocument, OnDisk } from '../commands/openDocuments';
import * as React from 'react';
import { warnIcon } from '../icons';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { Note } from './parts';

/** Open files of a restored volume, sorted by what can be done with them. */
export interface IStaleFiles {
  /** Clean, with the content that is on disk, but JupyterLab takes the file for changed: read again without a word. */
  readonly touched: readonly string[];
  /** Clean and changed on disk: can be read again. */
  readonly reload: readonly string[];
  /** Changed on disk, with unsaved edits. */
  readonly edited: readonly string[];
  /** No longer there; the page holds the only copy. */
  readonly gone: readonly string[];
}

/** Sorts open files by what they look like on disk; pure. */
export function staleFiles(files: readonly { readonly document: IOpenDocument; readonly disk: OnDisk }[]): IStaleFiles {
  const pick = (wanted: (file: { document: IOpenDocument; disk: OnDisk }) => boolean) =>
    files.filter(wanted).map(file => file.document.path);
  return {
    touched: pick(({ document, disk }) => disk === 'touched' && !document.dirty),
    reload: pick(({ document, disk }) => disk === 'changed' && !document.dirty),
    // What is not known is treated as changed, because saving it could write over restored data.
    edited: pick(({ document, disk }) => document.dirty && (disk === 'changed' || disk === 'unknown')),
    gone: pick(({ disk }) => disk === 'gone')
  };
}

/** Whether there is anything to say. */
export const isStale = (files: IStaleFiles): boolean =>
  files.reload.length + files.edited.length + files.gone.length > 0;

/** Tells, and asks whether the clean ones shall be read again. */
export async function askReload(files: IStaleFiles, volumeName: string, language: ILanguage): Promise<boolean> {
  const { trans } = language;
  const asks = files.reload.length > 0;
  const pressed = await askDialog({
    face: {
      title: trans.__('Open files of %1 show what was there before', volumeName),
      buttons: asks
        ? [
            { id: 'keep', label: trans.__('Not now'), look: 'plain' },
            {
              id: 'reload',
              label: trans._n('Reload %1 file', 'Reload %1 files', files.reload.length),
              look: 'accept'
            }
          ]
        : [{ id: 'keep', label: trans.__('Close'), look: 'accept' }]
    },
    body: () => <Body files={files} language={language} />,
    focus: { button: asks ? 'reload' : 'keep' },
    enter: null
  });
  return pressed === 'reload';
}

function Body({ files, language }: { files: IStaleFiles; language: ILanguage }): React.ReactElement {
  const { trans } = language;
  return (
    <>
      <Group heading={trans.__('Changed on disk, nothing unsaved')} paths={files.reload} />
      <Group heading={trans.__('Not reloaded: with unsaved changes')} paths={files.edited}>
        <Note look="warn" icon={warnIcon}>
          {trans.__(
            'Saving one of these, also by autosave, writes your changes over the restored version. To see the restored one, use File, Reload from Disk.'
          )}
        </Note>
      </Group>
      <Group heading={trans.__('No longer on disk')} paths={files.gone}>
        <Note look="warn" icon={warnIcon}>
          {trans.__('Only this page and the safety snapshot hold these. Saving one makes it again.')}
        </Note>
      </Group>
    </>
  );
}

interface IGroupProps {
  readonly heading: string;
  readonly paths: readonly string[];
  readonly children?: React.ReactNode;
}

function Group({ heading, paths, children }: IGroupProps): React.ReactElement | null {
  if (paths.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{heading}</h4>
      <ul className="dm-paths">
        {paths.map(path => (
          <li key={path}>
            <bdi>{path}</bdi>
          </li>
        ))}
      </ul>
      {children}
    </>
  );
}
