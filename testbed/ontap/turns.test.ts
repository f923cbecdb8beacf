import { Turns } from './turns';

it('the next one waits until the one before is done and released, whether it went well or not', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const note = (what: string) => async () => void seen.push(what);
  let release = (): void => undefined;
  const released = new Promise<void>(resolve => (release = resolve));
  const first = turns.hold(note('first'), released);
  const second = turns.take(async () => {
    seen.push('second');
    throw new Error('it went wrong');
  });
  const third = turns.take(note('third'));
  await first;
  await Promise.resolve();
  expect(seen).toEqual(['first']);
  release();
  await expect(second).rejects.toThrow('it went wrong');
  await third;
  await turns.over();
  expect(seen).toEqual(['first', 'second', 'third']);
});
