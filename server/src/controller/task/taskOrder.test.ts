import { answerText, orderArguments, readAnswer, readOrder, type TaskOrder } from './taskOrder';

test('an order arrives as it was given, also a long one with what Kubernetes replaces in arguments', () => {
  const paths = Array.from({ length: 500 }, (_, i) => `$(PATH)/$$x/${'é'.repeat(400)}\n${i}`);
  const order: TaskOrder = { task: 'files', paths, folder: 'restored-1', unfinished: '.restored-1' };

  const pieces = orderArguments(order);

  expect(readOrder(pieces)).toEqual(order);
  // MAX_ARG_STRLEN of Linux.
  expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThan(128 * 1024);
  expect(pieces.join('')).toMatch(/^[A-Za-z0-9+/=]*$/);
});

test('an answer fits into the 4096 bytes that the kubelet takes, and still tells how many are missing', () => {
  const missing = Array.from({ length: 300 }, (_, i) => `${'ü'.repeat(100)}${i}`);

  const text = answerText({ result: 'files-copied', missing, missingCount: 300 });

  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(readAnswer(text)).toMatchObject({ result: 'files-copied', missingCount: 300 });
});

test('what is no answer is none', () => {
  expect(readAnswer('Segmentation fault')).toBeNull();
  expect(readAnswer('{"result":"invented"}')).toBeNull();
});
