import { AnswersByKey } from './answersByKey';

let made = 0;
const make = async (): Promise<number> => {
  made += 1;
  return made;
};

beforeEach(() => {
  made = 0;
});

test('the same key gets the same answer, also while it is being made; without a key each is new', async () => {
  const answers = new AnswersByKey<number>();
  expect(await Promise.all([answers.once('a', make), answers.once('a', make)])).toEqual([1, 1]);
  expect([await answers.once('a', make), await answers.once('b', make)]).toEqual([1, 2]);
  expect([await answers.once(null, make), await answers.once(null, make)]).toEqual([3, 4]);
});

test('what failed is tried again', async () => {
  const answers = new AnswersByKey<number>();
  await expect(answers.once('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await answers.once('a', make)).toBe(1);
});

test('the oldest is forgotten, not the newest', async () => {
  const answers = new AnswersByKey<number>();
  for (let key = 0; key <= 100; key++) {
    await answers.once(`${key}`, make);
  }
  expect([await answers.once('100', make), await answers.once('0', make)]).toEqual([101, 102]);
});
