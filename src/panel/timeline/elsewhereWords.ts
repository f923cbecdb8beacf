/** What is known of a volume's snapshots that were made elsewhere, in words. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Volume } from '../../../contract';
import type { Format } from '../../model/format';

export interface ElsewhereWords {
  readonly look: 'open' | 'running' | 'failed';
  readonly text: string;
  /** Whether a look may find more than is shown. */
  readonly canLook: boolean;
}

/** Null: all snapshots there are are shown. */
export function elsewhereWords(volume: Volume, format: Format, trans: TranslationBundle): ElsewhereWords | null {
  const { elsewhere } = volume;
  if (elsewhere === undefined) {
    return null;
  }
  switch (elsewhere.state) {
    case 'shown':
      return null;
    case 'not-looked':
      return { look: 'open', text: elsewhere.message, canLook: true };
    case 'looking':
      return {
        look: 'running',
        text:
          elsewhere.remaining === null
            ? trans.__('Looking for snapshots made elsewhere: %1 read', format.count(elsewhere.read))
            : trans.__(
                'Looking for snapshots made elsewhere: %1 of %2 read',
                format.count(elsewhere.read),
                format.count(elsewhere.read + elsewhere.remaining)
              ),
        canLook: false
      };
    case 'looked':
      return {
        look: 'open',
        text: trans.__(
          'Snapshots made elsewhere: %1 found, as of %2.',
          format.count(elsewhere.found),
          format.clock(elsewhere.at)
        ),
        canLook: true
      };
    case 'failed':
      return { look: 'failed', text: `${elsewhere.problem.detail} ${elsewhere.problem.next}`.trim(), canLook: true };
  }
}
