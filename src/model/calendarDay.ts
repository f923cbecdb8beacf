/** Calendar days of the browser's time zone. Pure. */

const calendarDay = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** Day of an instant, as pages of the timeline have it: yyyy-mm-dd. */
export const dayOf = (instant: string): string => calendarDay.format(new Date(instant));
