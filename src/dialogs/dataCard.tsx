/** The data card of a model version, or of a run: drawn, copied, or taken away as a file. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { DataCard, Problem } from '../../contract';
import type { ICommandContext } from '../commands/commandContext';
import { problemOf } from '../commands/problemOf';
import { errorIcon, fileIcon } from '../icons';
import { Button } from '../panel/button';
import { askDialog } from './liveDialog';
import { Note } from './parts';

export type CardContext = Pick<ICommandContext, 'trans' | 'drawMarkdown' | 'copyText' | 'saveFile'>;

export interface CardQuestion {
  /** What people call it. */
  readonly label: string;
  readonly ask: (signal: AbortSignal) => Promise<DataCard>;
}

/** Shows it until it is closed. */
export async function showDataCard(question: CardQuestion, context: CardContext): Promise<void> {
  const { trans } = context;
  await askDialog({
    face: {
      title: trans.__('Data card of %1', question.label),
      buttons: [{ id: 'close', label: trans.__('Close'), look: 'accept' }]
    },
    body: () => <Body question={question} context={context} />,
    focus: { button: 'close' },
    enter: null,
    wide: true
  });
}

/** Name of its file, without what file systems do not take. */
export const cardFileName = (label: string, kind: 'md' | 'json'): string =>
  `data-card-${label.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '')}.${kind}`;

type Answer = { readonly card: DataCard } | { readonly problem: Problem } | null;

interface BodyProps {
  readonly question: CardQuestion;
  readonly context: CardContext;
}

function Body({ question, context }: BodyProps): React.ReactElement {
  const { trans } = context;
  const [answer, setAnswer] = React.useState<Answer>(null);
  const [attempt, setAttempt] = React.useState(1);
  React.useEffect(() => {
    const given = new AbortController();
    question.ask(given.signal).then(
      card => setAnswer({ card }),
      (error: unknown) => {
        if (!given.signal.aborted) {
          setAnswer({ problem: problemOf(error, trans) });
        }
      }
    );
    return () => given.abort();
  }, [question, trans, attempt]);
  if (answer === null) {
    return <p role="status">{trans.__('Asking MLflow…')}</p>;
  }
  if ('problem' in answer) {
    const again = () => {
      setAnswer(null);
      setAttempt(attempt + 1);
    };
    return (
      <div role="alert">
        <Note look="bad" icon={errorIcon}>
          {answer.problem.detail} {answer.problem.next}
        </Note>
        <p>
          <Button label={trans.__('Try again')} onClick={again} />
        </p>
      </div>
    );
  }
  return <Card label={question.label} card={answer.card} context={context} />;
}

interface CardProps {
  readonly label: string;
  readonly card: DataCard;
  readonly context: CardContext;
}

function Card({ label, card, context }: CardProps): React.ReactElement {
  const { trans, copyText, saveFile } = context;
  const [copied, setCopied] = React.useState<string | null>(null);
  const { markdown } = card;
  const copy = () => {
    copyText(markdown).then(
      () => setCopied(trans.__('Copied.')),
      () => setCopied(trans.__('The browser does not allow copying. Save it as a file instead.'))
    );
  };
  const save = (kind: 'md' | 'json') =>
    saveFile(
      kind === 'md'
        ? new Blob([markdown], { type: 'text/markdown' })
        : new Blob([`${JSON.stringify(card, null, 2)}\n`], { type: 'application/json' }),
      cardFileName(label, kind)
    );
  return (
    <>
      <Drawn text={markdown} context={context} label={trans.__('Data card of %1', label)} />
      <p className="dm-card-actions">
        <Button label={trans.__('Copy Markdown')} icon={copyIcon} onClick={copy} />
        <Button label={trans.__('Save as .md')} icon={fileIcon} onClick={() => save('md')} />
        <Button label={trans.__('Save as .json')} icon={fileIcon} onClick={() => save('json')} />
        <span className="dm-small" role="status">
          {copied}
        </span>
      </p>
    </>
  );
}

interface DrawnProps {
  readonly text: string;
  readonly label: string;
  readonly context: CardContext;
}

function Drawn({ text, label, context: { drawMarkdown } }: DrawnProps): React.ReactElement {
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    if (host.current === null || drawMarkdown === null) {
      return;
    }
    const drawn = drawMarkdown(text, host.current);
    return () => drawn.dispose();
  }, [text, drawMarkdown]);
  return drawMarkdown === null ? (
    <pre className="dm-card" role="region" aria-label={label} tabIndex={0}>
      {text}
    </pre>
  ) : (
    <div ref={host} className="dm-card" role="region" aria-label={label} tabIndex={0} />
  );
}
