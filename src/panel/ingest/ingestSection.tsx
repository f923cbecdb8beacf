/** Ingest: one row for each mirror that replicates into a volume of this server. Shown only where there are mirrors or could be. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { problemSlug } from '../../../contract';
import { errorIcon, lockIcon, plugIcon, updateIcon, warnIcon } from '../../icons';
import { guardNow } from '../../model/mirrorAge';
import { type FoundMirrors } from '../../model/mirrorsModel';
import { Button, IconButton } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { ObjectGrid } from '../objectGrid';
import { Section } from '../section';
import { Skeleton, StateView } from '../stateView';
import { mirrorKey, mirrorMenu } from './mirrorMenu';
import { MirrorRow } from './mirrorRow';
import { SourceFaults } from './sourceFaults';
import { oldNews, summaryWords } from './sourceWords';

/** How often ages are written anew, in ms; they are told in minutes. */
const TICK_MS = 10_000;
const CLOSED_TICK_MS = 60_000;

/** The section. */
export function IngestSection({ grow }: { readonly grow: boolean }): JSX.Element {
  const { trans, mirrors, state } = useEnvironment();
  const open = state.isOpen('ingest');
  return (
    <Section
      name="ingest"
      title={trans.__('Ingest')}
      grow={grow}
      summary={<Summary key={String(open)} period={open ? TICK_MS : CLOSED_TICK_MS} />}
      toolbar={
        <IconButton label={trans.__('Ask the storage now')} icon={updateIcon} onClick={() => void mirrors.look(true)} />
      }
    >
      <IngestBody />
    </Section>
  );
}

function Summary({ period }: { readonly period: number }): JSX.Element | null {
  const { trans, format, mirrors } = useEnvironment();
  useNow(period);
  const { found } = mirrors;
  if (found === null) {
    return null;
  }
  const now = mirrors.now();
  const stale = found.items.filter(mirror => guardNow(mirror, now) === 'stale').length;
  const before = mirrors.content.state === 'refused' ? { since: found.asOf.toISOString() } : null;
  const old = before ?? oldNews(found.sources);
  const { look, text } = summaryWords({ mirrors: found.items, stale, old, now }, format, trans);
  return (
    <>
      {look === 'bad' ? <Icon icon={errorIcon} className="dm-bad" /> : null}
      {look === 'warn' ? <Icon icon={warnIcon} className="dm-warn" /> : null}
      <bdi>{text}</bdi>
    </>
  );
}

function IngestBody(): JSX.Element {
  const { trans, format, mirrors, visible } = useEnvironment();
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const watched = mirrors.watch();
    return () => watched.dispose();
  }, [mirrors, visible]);
  const { content } = mirrors;
  switch (content.state) {
    case 'unasked':
    case 'loading':
      return <Skeleton />;
    case 'ready':
      return (
        <div className="dm-section-body">
          <SourceFaults found={content.found} />
          <MirrorList found={content.found} />
        </div>
      );
    case 'refused': {
      const { problem, before } = content;
      const again = (
        <Button
          label={trans.__('Try again')}
          look={before === null ? 'plain' : 'link'}
          onClick={() => void mirrors.look(true)}
        />
      );
      if (before !== null) {
        return (
          <div className="dm-section-body">
            <div className="dm-reason dm-as-of" role="note">
              <Icon icon={plugIcon} className="dm-warn" />
              <span>
                {problem.detail} {trans.__('Shown as of %1.', format.clock(before.asOf))} {again}
              </span>
            </div>
            <MirrorList found={before} />
          </div>
        );
      }
      const forbidden = problemSlug(problem.type) === 'forbidden';
      return (
        <StateView
          icon={forbidden ? lockIcon : problem.status === 503 || problem.status === 0 ? plugIcon : errorIcon}
          heading={forbidden ? trans.__('You may not see mirrors') : problem.title}
          detail={problem.detail}
          next={problem.next}
        >
          {again}
          <Button
            label={trans.__('Copy details')}
            icon={copyIcon}
            onClick={() => void navigator.clipboard.writeText(JSON.stringify(problem, null, 2))}
          />
        </StateView>
      );
    }
  }
}

function MirrorList({ found }: { readonly found: FoundMirrors }): JSX.Element {
  const environment = useEnvironment();
  const { trans, mirrors } = environment;
  useNow(TICK_MS);
  const [moved, setMoved] = React.useState<string | null>(null);
  const { items, sources } = found;
  if (items.length === 0) {
    const unknown = sources.ontap.state === 'refuses' || sources.trident.state === 'refuses';
    return (
      <p className="dm-none">
        {unknown
          ? trans.__('Whether data is replicated into your volumes is not known.')
          : trans.__('No mirror into a volume of this server is known.')}
      </p>
    );
  }
  const now = mirrors.now();
  return (
    <ObjectGrid
      label={trans.__('Mirrors')}
      rowPrefix="dm-mirror-"
      items={items}
      active={moved}
      onActive={setMoved}
      menu={mirrorMenu}
      onKey={(key, mirror) => {
        const command = mirrorKey(key);
        if (command !== null) {
          run(environment, command, { mirror: mirror.id });
        }
        return command !== null;
      }}
    >
      {(mirror, place) => <MirrorRow {...place} mirror={mirror} now={now} onActive={() => setMoved(mirror.id)} />}
    </ObjectGrid>
  );
}
