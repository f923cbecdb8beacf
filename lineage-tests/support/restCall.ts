// MLflow's REST API as a test uses it to make what the client then finds: by fetch, independent of the client.
import type { MlflowServer } from './mlflowServer';

/** POSTs to `/api/2.0/mlflow/<path>`; throws what the server says unless it answers 200. */
export async function restCall<T>(server: MlflowServer, path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.address}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  });
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
  return (await answer.json()) as T;
}
