import { language } from '../testing/fakePage';
import { holdInstant } from './holdSnapshot';

it('holds to the end of a day that is not over', () => {
  expect(holdInstant({ until: 'release' }, language)).toEqual({ until: 'forever' });
  expect(holdInstant({ until: 'date', day: '2026-11-18' }, language)).toHaveProperty('wrong');
  expect(holdInstant({ until: 'date', day: '' }, language)).toHaveProperty('wrong');
  expect(holdInstant({ until: 'date', day: '2026-12-24' }, language)).toEqual({
    until: new Date(2026, 11, 24, 23, 59, 59).toISOString()
  });
});
