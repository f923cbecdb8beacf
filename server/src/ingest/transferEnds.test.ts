/** Waiting for ends of transfers, one call after the other. */
import { until } from '../testing/until';
import { TransferEnds } from './transferEnds';

function scene(leastMs = 0) {
  const calls: (() => void)[] = [];
  let told = 0;
  const ends: TransferEnds = new TransferEnds({
    wait: () => new Promise<void>(resolve => calls.push(resolve)),
    told: () => {
      told += 1;
    },
    leastMs
  });
  return { ends, calls, told: () => told };
}

test('it waits only while it is wanted, with one call at a time', async () => {
  const { ends, calls, told } = scene();
  ends.look(false);
  expect(calls).toHaveLength(0);
  ends.look(true);
  ends.look(true);
  expect(calls).toHaveLength(1);
  calls[0]?.();
  await until(() => calls.length === 2);
  ends.look(false);
  calls[1]?.();
  await until(() => told() === 2);
  expect(calls).toHaveLength(2);
  ends.look(true);
  expect(calls).toHaveLength(3);
  calls[2]?.();
  await ends.dispose();
});

test('who answers at once is not asked at once again, and the pause ends with it', async () => {
  const { ends, calls, told } = scene(600_000);
  ends.look(true);
  calls[0]?.();
  await until(() => told() === 1);
  expect(calls).toHaveLength(1);
  await ends.dispose();
  ends.look(true);
  expect(calls).toHaveLength(1);
});
