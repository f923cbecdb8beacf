/** A kernel that has MLflow and scikit-learn, and what a server must be told to have it, and an MLflow server to ask. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowService } from '../../testbed/support/mlflowService';
import { writeMlflowKernel } from '../mlflowKernelspec';
import { environment } from './environment';

export class MlflowKernel implements AsyncDisposable {
  private constructor(
    readonly service: MlflowService,
    private readonly folder: string,
    private readonly namespace: string
  ) {}

  /** Starts MLflow there, one in a namespace. */
  static async start(namespace = environment.namespace): Promise<MlflowKernel> {
    const service = await MlflowService.start(namespace, MlflowService.hostAndPortIn(namespace));
    const folder = await mkdtemp(join(tmpdir(), 'datamark-kernels-'));
    await chmod(folder, 0o755);
    await writeMlflowKernel(folder, service.programs.packages);
    return new MlflowKernel(service, folder, namespace);
  }

  /** Options of a server for the scenario `with-mlflow`. */
  get options(): { readonly mlflow: object } {
    return {
      mlflow: {
        uri: this.service.address,
        hosts: { [MlflowService.hostIn(this.namespace)]: this.service.ip },
        kernels: this.folder,
        folders: [this.folder, ...this.service.programs.hostPaths]
      }
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}
