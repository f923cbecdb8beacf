import { language } from '../testing/fakePage';
import { samplePlan, sampleProblem, sampleRestore } from '../testing/samples';
import { changeLines, planFace, planState, readyText, stepTexts, undoText, unsavedText } from './restoreWords';
import { elapsedMs, progressHint, progressTitle } from './restoreProgressWords';

const subject = { volumeName: 'home', snapshotCreatedAt: '2026-11-17T09:12:00Z', undo: false };
const blocker = {
  kind: 'clone',
  object: 'home.big',
  message: 'A clone is being made.',
  fix: 'Wait.',
  by: null,
  since: null
};
const button = (face: ReturnType<typeof planFace>, id: string) => face.buttons.find(one => one.id === id);

describe('the dialog of a restore', () => {
  it('waits for the plan and lets nothing be approved meanwhile', () => {
    const state = planState(sampleRestore({ phase: 'planning', plan: null }), language);
    const face = planFace(subject, { state, away: null }, language);
    expect(state.state).toBe('planning');
    expect(face.title).toBe('Restore home to 17 Nov 2026, 09:12?');
    expect(button(face, 'restore')?.off).toBe('The plan is still being made.');
  });

  it('asks with the exact moment once planned, and says what the button costs', () => {
    const face = planFace(subject, { state: planState(sampleRestore(), language), away: null }, language);
    expect(button(face, 'restore')).toMatchObject({ label: 'Restore', look: 'accept', off: null });
    expect(button(face, 'clone')?.hidden).toBe(true);
    const stopping = sampleRestore({ plan: samplePlan({ stopsServer: true }) });
    expect(
      button(planFace(subject, { state: planState(stopping, language), away: null }, language), 'restore')?.label
    ).toBe('Stop server and restore');
  });

  it('names how many things must end first and offers a clone instead', () => {
    const restore = sampleRestore({ plan: samplePlan({ blockers: [blocker, { ...blocker, object: 'other' }] }) });
    const face = planFace(subject, { state: planState(restore, language), away: null }, language);
    expect(face.title).toBe('home can’t be restored yet');
    expect(button(face, 'restore')?.off).toBe('2 things must end first');
    expect(button(face, 'clone')?.hidden).toBe(false);
    expect(button(face, 'cancel')?.label).toBe('Close');
  });

  it('shows why there is no plan', () => {
    const state = planState(sampleRestore({ problem: sampleProblem() }), language);
    expect(state).toEqual({ state: 'failed', detail: 'The disk of home is full.', next: 'Free some space.' });
    expect(button(planFace(subject, { state, away: null }, language), 'restore')?.off).toBe(
      'The disk of home is full.'
    );
  });

  it('never offers a plan that is running or over already', () => {
    for (const phase of ['securing', 'restoring', 'succeeded', 'cancelled'] as const) {
      expect(planState(sampleRestore({ phase }), language).state).toBe('failed');
    }
  });

  it('asks about the undo as an undo', () => {
    const face = planFace(
      { ...subject, undo: true },
      { state: planState(sampleRestore(), language), away: null },
      language
    );
    expect(face.title).toBe('Undo the restore of home?');
    expect(button(face, 'restore')?.label).toBe('Undo restore');
  });

  it('counts what changes, with bytes and one or many files', () => {
    expect(changeLines(samplePlan(), undefined, false, language)).toEqual({
      lines: [
        { kind: 'reverted', count: '212', text: 'files go back to older content', extra: null, bytes: '1.4 GiB' },
        { kind: 'returned', count: '5', text: 'deleted files come back', extra: null, bytes: '14.2 MiB' },
        {
          kind: 'removed',
          count: '1,038',
          text: 'files made since then go away',
          extra: '(kept in the safety snapshot)',
          bytes: '320 MiB'
        }
      ]
    });
    const one = { files: 1, bytes: 1 };
    const single = changeLines(
      samplePlan({ changes: { known: true, reverted: one, returned: one, removed: one } }),
      undefined,
      false,
      language
    );
    expect('lines' in single ? single.lines.map(line => line.text) : []).toEqual([
      'file goes back to older content',
      'deleted file comes back',
      'file made since then goes away'
    ]);
  });

  it('says that changes can not be known, or that there are none', () => {
    const reason = 'This storage can’t list changes before a restore.';
    expect(changeLines(samplePlan({ changes: { known: false, reason } }), undefined, false, language)).toEqual({
      unknown: reason
    });
    const none = { files: 0, bytes: 0 };
    expect(
      changeLines(
        samplePlan({ changes: { known: true, reverted: none, returned: none, removed: none } }),
        undefined,
        false,
        language
      )
    ).toEqual({ nothing: 'No file on disk differs. A restore changes nothing.' });
  });

  it('says where what goes away is kept: in the kept volume or in a safety snapshot', () => {
    const removed = (strategy: 'swap' | 'copy') => {
      const told = changeLines(samplePlan(), strategy, false, language);
      return 'lines' in told ? told.lines[2]?.extra : null;
    };
    expect([removed('swap'), removed('copy')]).toEqual(['(kept for Undo)', '(kept in the safety snapshot)']);
  });

  it('tells what can be undone, and of files only what the plan says of their place', () => {
    const plan = samplePlan({ changes: { known: false, reason: 'Nothing is replaced: 2 files go to restored-1.' } });
    expect(undoText({ strategy: 'files' }, plan, language)).toBe('Nothing is replaced: 2 files go to restored-1.');
    expect(undoText({ strategy: 'swap' }, plan, language)).toContain('the volume as it is now is kept');
    expect(undoText({ strategy: 'copy' }, plan, language)).toContain('as long as the safety snapshot exists');
    expect(undoText({}, plan, language)).toContain('held for 14 days');
  });

  it('calls nothing older that an undo brings back', () => {
    const told = changeLines(samplePlan(), undefined, true, language);
    expect('lines' in told ? told.lines[0]?.text : '').toBe('files change back');
  });

  it('compares with the last restore only if there was one', () => {
    expect(readyText(samplePlan(), subject, language)).toBe(
      'Nothing blocks this restore. No earlier restore to compare with.'
    );
    expect(readyText(samplePlan({ lastDurationMs: 110_000 }), subject, language)).toBe(
      'Nothing blocks this restore. The last one here took 1 min 50 s.'
    );
    expect(readyText(samplePlan({ lastDurationMs: 110_000 }), { undo: true }, language)).toBe(
      'Nothing blocks this undo. The last restore here took 1 min 50 s.'
    );
    expect(readyText(samplePlan(), { undo: false, files: ['a'] }, language)).toBe('Nothing stands in the way.');
    expect(unsavedText(2, 'a.ipynb, b.md', false, language)).toBe(
      '2 have unsaved changes, not counted above: a.ipynb, b.md'
    );
    expect(unsavedText(2, 'a.ipynb, b.md', true, language)).toContain('They are lost when your server stops.');
    expect(unsavedText(1, 'a.ipynb', false, language)).toBe('1 has unsaved changes, not counted above: a.ipynb');
  });
});

describe('the card of a running restore', () => {
  it('says when it can not be cancelled any more', () => {
    expect(progressHint(sampleRestore({ phase: 'preparing' }), language)).not.toContain('can’t be cancelled');
    expect(progressHint(sampleRestore({ phase: 'restoring' }), language)).toContain('It can’t be cancelled now');
    expect(progressTitle(sampleRestore({ phase: 'restoring' }), language)).toBe('Restoring home to 17 Nov, 09:12');
  });

  it('claims an unchanged volume only when it was rolled back or cancelled', () => {
    expect(progressHint(sampleRestore({ phase: 'rolled-back', problem: sampleProblem() }), language)).toBe(
      'The disk of home is full. Your data is as before.'
    );
    expect(progressHint(sampleRestore({ phase: 'cancelled' }), language)).toBe('Your data is as before.');
    expect(progressHint(sampleRestore({ phase: 'failed', problem: sampleProblem() }), language)).not.toContain(
      'as before'
    );
    expect(progressTitle(sampleRestore({ phase: 'rolled-back' }), language)).toBe('home was not restored');
  });

  it('measures from the first step to the end', () => {
    const step = { text: 'a', state: 'done' as const, startedAt: '2026-11-19T15:00:10Z', durationMs: 6000 };
    const restore = sampleRestore({ steps: [step], finishedAt: '2026-11-19T15:00:22Z', phase: 'succeeded' });
    expect(elapsedMs(restore, language.now())).toBe(12_000);
  });
});

describe('the last step of a plan', () => {
  const last = (change: object): string | undefined =>
    stepTexts(sampleRestore(), samplePlan(change), [], language).map(({ text }) => text)[0];

  it('is the person’s, unless the hub does it', () => {
    expect(last({ stopsServer: true })).toBe('Start your server (one click)');
    expect(last({ stopsServer: true, startsServer: true })).toBe('Your server starts again by itself');
    expect(last({ stopsServer: false })).toBeUndefined();
  });
});
