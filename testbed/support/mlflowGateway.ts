// What stands before an MLflow server that takes tokens of service accounts: a pod that has the API server look at each token,
// and lets an account into the workspace of its own namespace. What is behind it here holds no experiment.
import { z } from 'zod';
import type { ProductInPod } from './productInPod';
import { textAt } from './kubernetesObject';
import type { TestNamespace } from './testNamespace';
import { TestPod } from './testPod';
import { waitUntil } from './waitUntil';

const NAME = 'mlflow-gateway';
const PORT = 8080;
/** Of its own account: it may have tokens looked at, and nothing else. */
const PROGRAM = `
const { readFileSync } = require("node:fs");
const https = require("node:https");
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const review = token => new Promise((resolve, reject) => {
  const asked = https.request({
    host: process.env.KUBERNETES_SERVICE_HOST, port: process.env.KUBERNETES_SERVICE_PORT, method: "POST",
    path: "/apis/authentication.k8s.io/v1/tokenreviews", ca: readFileSync(account + "/ca.crt"),
    headers: { authorization: "Bearer " + readFileSync(account + "/token", "utf8"), "content-type": "application/json" }
  }, told => {
    let text = "";
    told.on("data", part => (text += part)).on("end", () => resolve(JSON.parse(text).status ?? {}));
  });
  asked.on("error", reject);
  asked.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } }));
});
require("node:http").createServer(async (asked, answer) => {
  const token = /^Bearer (.+)$/.exec(asked.headers.authorization ?? "")?.[1];
  const { authenticated, user } = token === undefined ? {} : await review(token);
  const workspace = asked.headers["x-mlflow-workspace"] ?? null;
  console.log(JSON.stringify({ user: authenticated ? user.username : null, workspace }));
  if (!authenticated) {
    answer.writeHead(401, { "content-type": "text/plain" }).end("You are not authenticated.");
  } else if (user.username.split(":")[2] !== workspace) {
    const error = { error_code: "PERMISSION_DENIED", message: "No such workspace for you." };
    answer.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(error));
  } else {
    answer.writeHead(200, { "content-type": "application/json" }).end("{}");
  }
}).listen(${PORT});
`;

const Asked = z.object({ user: z.string().nullable(), workspace: z.string().nullable() });
export type Asked = z.infer<typeof Asked>;

export class MlflowGateway {
  private constructor(
    private readonly pod: TestPod,
    readonly address: string
  ) {}

  static async start(namespace: TestNamespace, product: ProductInPod): Promise<MlflowGateway> {
    const subject = { kind: 'ServiceAccount', name: NAME, namespace: namespace.name };
    await namespace.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME } });
    await namespace.cluster.admin.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${NAME}-${namespace.name}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [subject]
    });
    const pod = await TestPod.start(namespace, NAME, {
      serviceAccount: NAME,
      hostPaths: product.hostPaths,
      env: { PROGRAM },
      command: `'${process.execPath}' -e "$PROGRAM" &`
    });
    const ip = textAt(await namespace.get('Pod', NAME), 'status', 'podIP');
    const gateway = new MlflowGateway(pod, `http://${ip}:${PORT}`);
    await waitUntil('the gateway to answer', async () => {
      const { stdout } = await pod.trySh(
        `curl --silent --output /dev/null --write-out '%{http_code}' ${gateway.address}/`
      );
      return stdout === '401';
    });
    return gateway;
  }

  /** Who asked, in order, as the API server knows them, and for which workspace. */
  async asked(): Promise<Asked[]> {
    return (await this.pod.logs())
      .trim()
      .split('\n')
      .map(line => Asked.parse(JSON.parse(line)));
  }

  /** Takes away what does not go with the namespace. */
  static async remove(namespace: TestNamespace): Promise<void> {
    await namespace.cluster.admin.delete('ClusterRoleBinding', `${NAME}-${namespace.name}`);
  }
}
