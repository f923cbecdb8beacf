/** That no MLflow is asked, and what would change it. */
import type { MlflowStatus } from '../../../contract';

/** `unusable`: why what is set can’t be used; null: nothing is set. */
export const mlflowNotSetUp = (unusable: string | null): Extract<MlflowStatus, { state: 'not-set-up' }> => ({
  state: 'not-set-up',
  ...(unusable === null ? {} : { reason: unusable }),
  fix: 'Set MLFLOW_TRACKING_URI to the address of an MLflow server, and start the Jupyter server again.'
});
