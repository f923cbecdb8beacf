import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { RestoreRefused } from '../strategy';
import { refusal } from './refusals';

const forbidden = (why: string) =>
  new KubernetesError(403, 'Forbidden', `ValidatingAdmissionPolicy 'datamark-restore-claims' denied request: ${why}`);

test('what a policy refuses ends a restore', () => {
  expect(refusal(forbidden('no claims called home'), 'It was not made.')).toBeInstanceOf(RestoreRefused);
});

test('what it refuses because the API server has just started is tried again', () => {
  const error = forbidden(
    "failed to configure policy: failed to find resource referenced by paramKind: 'datamark.github.io/v1alpha1, Kind=VolumeRestore'"
  );
  expect(refusal(error, 'It was not made.')).toBe(error);
});
