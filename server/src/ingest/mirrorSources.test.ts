/** Who makes the sources be asked by themselves. */
import type { MirrorUpdate } from '../../../contract';
import { until } from '../testing/until';
import { ControllerStandIn } from './testing/controllerStandIn';
import { ingestScene } from './testing/ingestScene';
import { sampleAnswer, sampleTold } from './testing/sampleMirrors';

// The scene begins with TLS, which takes its time on a busy machine.
jest.setTimeout(60_000);

const UPDATE: MirrorUpdate = {
  ...{ id: 'transfer-1', state: 'running', askedAt: '2026-11-23T12:00:00.000Z', endedAt: null },
  ...{ alreadyRunning: false, cancel: { available: true }, reasons: [] }
};
const TRANSFER = { type: 'update', state: 'transferring', bytes: 1, seconds: 1, bytesPerSecond: 1 } as const;

test('the controller is asked to wait for the end of an update only while somebody follows', async () => {
  const controller = await ControllerStandIn.start();
  const waits = (): number => controller.requests.filter(({ path }) => path.endsWith('?wait=transfer')).length;
  const tells = (...items: readonly ReturnType<typeof sampleTold>[]): void => {
    controller.answer = () => ({ status: 200, body: sampleAnswer(items) });
  };
  const { service, index, dispose } = await ingestScene({ controller });
  try {
    tells(sampleTold({ update: UPDATE, transfer: TRANSFER }));
    await service.list({ anew: true });
    await service.list({ anew: true });
    expect(waits()).toBe(0);
    tells(sampleTold({ update: { ...UPDATE, state: 'succeeded' } }));
    service.followers(1);
    await until(() => index.all('mirror')[0]?.update?.state === 'succeeded');
    await service.list({ anew: true });
    expect(waits()).toBe(1);
  } finally {
    await dispose();
    await controller.stop();
  }
});
