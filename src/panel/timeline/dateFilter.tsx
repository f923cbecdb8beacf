/** Date filter of the timeline: go to a day, or show only that day. */
import * as React from 'react';
import { calendarIcon } from '../../icons';
import { boundsOfDay } from '../../model/format';
import { Button, IconButton } from '../button';
import { useEnvironment } from '../environment';

export interface DateFilterProps {
  /** Shows the given day, or the nearest older one. */
  readonly onGoTo: (day: string) => void;
}

/** Button with a popover that holds a native date field. */
export function DateFilter({ onGoTo }: DateFilterProps): JSX.Element {
  const { trans, format, model } = useEnvironment();
  const { timeline } = model;
  const [open, setOpen] = React.useState(false);
  const [day, setDay] = React.useState(() => format.dayOf(new Date()));
  const root = React.useRef<HTMLDivElement>(null);
  const field = React.useRef<HTMLInputElement>(null);
  const filtered = timeline.filter.from !== null || timeline.filter.to !== null;
  const close = () => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  React.useEffect(() => {
    if (open) {
      field.current?.focus();
    }
  }, [open]);
  const invalid = /^\d{4}-\d{2}-\d{2}$/.test(day) ? null : trans.__('Choose a day first.');
  return (
    <div
      ref={root}
      className="dm-date-filter"
      onKeyDown={event => {
        if (open && event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
      onBlur={event => {
        if (open && event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) {
          setOpen(false);
        }
      }}
    >
      <IconButton
        label={trans.__('Filter by date')}
        icon={calendarIcon}
        popup="dialog"
        expanded={open}
        pressed={filtered}
        onClick={() => setOpen(!open)}
      />
      {open ? (
        <div className="dm-popover" role="dialog" aria-label={trans.__('Filter by date')}>
          <input
            ref={field}
            type="date"
            aria-label={trans.__('Day')}
            value={day}
            onChange={event => setDay(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && invalid === null) {
                onGoTo(day);
                close();
              }
            }}
          />
          <div className="dm-actions">
            <Button
              label={trans.__('Go to day')}
              disabled={invalid}
              onClick={() => {
                onGoTo(day);
                close();
              }}
            />
            <Button
              label={trans.__('Only this day')}
              disabled={invalid}
              onClick={() => {
                timeline.setFilter(boundsOfDay(day));
                close();
              }}
            />
            {filtered ? (
              <Button
                label={trans.__('All days')}
                onClick={() => {
                  timeline.setFilter({ from: null, to: null });
                  close();
                }}
              />
            ) : null}
          </div>
        </div>
      ) : null}
    </div>
  );
}
