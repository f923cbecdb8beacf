// What the stand-in of Trident writes: conditions, the status of actions, finalizers and events.
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { textOf } from './relationshipRules';
import type { Step } from './relationshipStep';
import { tridentPath, TRIDENT_KINDS } from './tridentKinds';

const AnyObject = z.custom<KubernetesObject>(value => typeof value === 'object' && value !== null);
const CONTROLLER = 'trident-crd-controller';

export class WrittenObjects {
  private events = 0;

  constructor(private readonly api: KubernetesApi) {}

  async withFinalizer(object: KubernetesObject, finalizer: string): Promise<KubernetesObject> {
    const held = object.metadata.finalizers ?? [];
    return held.includes(finalizer) ? object : this.patch(object, { metadata: { finalizers: [...held, finalizer] } });
  }

  async withoutFinalizer(object: KubernetesObject, finalizer: string): Promise<void> {
    const held = object.metadata.finalizers ?? [];
    if (held.includes(finalizer)) {
      await this.patch(object, { metadata: { finalizers: held.filter(one => one !== finalizer) } });
    }
  }

  /** The one condition of a relationship; its time changes with its state alone, and an event tells a new state. */
  async condition(object: KubernetesObject, step: Step): Promise<void> {
    const before = at(object, 'status', 'conditions', 0);
    const isNew = textOf(before, 'state') !== step.state || before === undefined;
    const after = {
      state: step.state,
      message: step.message,
      lastTransitionTime: isNew ? nowText() : textOf(before, 'lastTransitionTime'),
      observedGeneration: at(object, 'metadata', 'generation'),
      localPVCName: textOf(before, 'localPVCName') || textOf(object, 'spec', 'volumeMappings', 0, 'localPVCName'),
      localVolumeHandle: step.localVolumeHandle,
      remoteVolumeHandle: textOf(object, 'spec', 'volumeMappings', 0, 'remoteVolumeHandle'),
      replicationPolicy: textOf(object, 'spec', 'replicationPolicy'),
      replicationSchedule: textOf(object, 'spec', 'replicationSchedule')
    };
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      await this.patch(object, { status: { conditions: [after] } }, '/status');
    }
    const isBad = step.state === 'failed' || step.state === 'invalid';
    if (isNew && (isBad || step.state === textOf(object, 'spec', 'state'))) {
      await this.event(
        object,
        isBad ? 'Warning' : 'Normal',
        step.state,
        isBad ? step.message : 'Desired state reached'
      );
    }
  }

  /** Of an action, which has no subresource for it; `part` '/status' for what has. */
  async status(object: KubernetesObject, status: object, part: '' | '/status' = ''): Promise<KubernetesObject> {
    return this.patch(object, { status }, part);
  }

  /** The relationship that an action names; null: there is none. */
  async relationshipOf(action: KubernetesObject): Promise<KubernetesObject | null> {
    const name = textOf(action, 'spec', 'tridentMirrorRelationshipName');
    const path = `${tridentPath('TridentMirrorRelationship', action.metadata.namespace ?? '')}/${name}`;
    try {
      return name === '' ? null : await this.api.request({ path, schema: AnyObject });
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  async event(object: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { name = '', namespace = '', uid = '' } = object.metadata;
    this.events += 1;
    await this.api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events`,
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${Date.now().toString(16)}-${this.events}`, namespace },
        involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid },
        source: { component: CONTROLLER },
        firstTimestamp: nowText(),
        lastTimestamp: nowText(),
        type,
        reason,
        message
      },
      schema: AnyObject
    });
  }

  private patch(object: KubernetesObject, change: object, part = ''): Promise<KubernetesObject> {
    const { kind, metadata } = object;
    const path = `${tridentPath(kind as keyof typeof TRIDENT_KINDS, metadata.namespace ?? '')}/${metadata.name ?? ''}${part}`;
    return this.api
      .request({ method: 'PATCH', path, body: change, schema: AnyObject })
      .then(patched => ({ ...patched, kind, apiVersion: object.apiVersion }));
  }
}

/** As Go writes RFC 3339, without a fraction. */
export const nowText = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
