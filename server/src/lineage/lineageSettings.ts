/** What the sidecar is told of lineage by its parent. */
import { z } from 'zod';
import { MlflowSettings } from './mlflow/mlflowSettings';

export const LineageSettings = z
  .object({
    /** MlflowSettings; null: MLflow is not set up. */
    mlflow: z.unknown().default(null),
    /** Why what the environment says of MLflow can’t be used; null: it can, or says nothing. */
    unusable: z.string().nullable().default(null),
    /** Where Jupyter keeps the connection files of its kernels; null: no Jupyter server has started this. */
    kernels: z.string().nullable().default(null),
    /** Image that the pod runs in; null: nothing tells it. */
    image: z.string().min(1).nullable().default(null),
    /** What links call this cluster; null: by its account's authority, of a computer by its host name. */
    cluster: z
      .string()
      .regex(/^[\w.-]{1,63}$/)
      .nullable()
      .default(null)
  })
  .transform(({ mlflow: text, ...rest }) => {
    // Lineage that can’t be set up is no reason to serve no snapshots.
    const read = MlflowSettings.nullable().safeParse(text);
    return read.success
      ? { ...rest, mlflow: read.data }
      : { ...rest, mlflow: null, unusable: rest.unusable ?? wrong(read.error.issues) };
  });

/** Where it is wrong, not what stands there: that may be a secret. */
const wrong = (issues: readonly z.core.$ZodIssue[]): string =>
  `The settings for MLflow are wrong: ${[...new Set(issues.map(({ path }) => path.join('.') || 'all'))].join(', ')}.`;
