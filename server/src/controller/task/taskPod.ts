/** The pods that work with volumes for a restore: what they run, as whom, and where. Pure. */
import type { ControllerSettings } from '../controllerSettings';
import { podParts } from '../podParts';
import type { TaskPlace } from './taskPlace';
import { orderArguments, SOURCE, TARGET, type TaskOrder } from './taskOrder';

/** Name of the one container. */
export const CONTAINER = 'task';

export interface TaskPodOptions {
  readonly order: TaskOrder;
  readonly settings: Pick<ControllerSettings, 'image' | 'pods'>;
  /** Claim that is read; mounted read-only in the container, as a file system may need to write when it is mounted. */
  readonly source: string;
  /** Claim of the user. */
  readonly target?: { readonly claimName: string; readonly readOnly: boolean };
  /** Where it runs, and as which user; null: root, who alone can give files their owners back. */
  readonly place: TaskPlace;
  readonly asUser: boolean;
  /** Ended after so many seconds, whatever it does. */
  readonly seconds?: number;
}

/** Of root's rights those that copying every kind of file takes; all are in the baseline Pod Security Standard. */
const TO_COPY = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD', 'SETFCAP'];

export function taskPodSpec({ order, settings, source, target, place, asUser, seconds }: TaskPodOptions): object {
  const { identity, node, tolerations } = place;
  const user = asUser ? identity : null;
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    dnsPolicy: 'Default',
    terminationGracePeriodSeconds: 5,
    ...(seconds === undefined ? {} : { activeDeadlineSeconds: seconds }),
    ...podParts(settings.pods, tolerations),
    ...(node === null ? {} : { affinity: onNode(node) }),
    securityContext: {
      seccompProfile: { type: 'RuntimeDefault' },
      ...(user === null
        ? { runAsUser: 0, runAsGroup: 0 }
        : { runAsNonRoot: true, runAsUser: user.uid, runAsGroup: user.gid, supplementalGroups: user.groups })
    },
    containers: [
      {
        name: CONTAINER,
        image: settings.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/local/bin/node', '/opt/datamark/sidecar.mjs', 'task'],
        args: orderArguments(order),
        terminationMessagePolicy: 'FallbackToLogsOnError',
        resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { cpu: '2', memory: '1Gi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'], ...(user === null ? { add: TO_COPY } : {}) }
        },
        volumeMounts: [
          { name: 'source', mountPath: SOURCE, readOnly: true },
          ...(target === undefined ? [] : [{ name: 'target', mountPath: TARGET, readOnly: target.readOnly }])
        ]
      }
    ],
    volumes: [
      { name: 'source', persistentVolumeClaim: { claimName: source } },
      ...(target === undefined ? [] : [{ name: 'target', persistentVolumeClaim: { claimName: target.claimName } }])
    ]
  };
}

/** By the scheduler, not by nodeName: it is the one that tells a class where a volume is needed. */
const onNode = (name: string): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }]
    }
  }
});
