// CSI Identity: who the driver is and what it can do.
import type { Pool } from './pool';

/** The driver's name in StorageClasses, and its version. */
export const DRIVER = { name: 'cow.csi.test', version: '1.0.0' };

/** The one topology key: the node that has the pool. */
export const TOPOLOGY_KEY = `topology.${DRIVER.name}/node`;

/** The service's methods. */
export function identityService(pool: Pool) {
  const services = ['CONTROLLER_SERVICE', 'VOLUME_ACCESSIBILITY_CONSTRAINTS'];
  return {
    GetPluginInfo: async () => ({ name: DRIVER.name, vendor_version: DRIVER.version }),
    GetPluginCapabilities: async () => ({ capabilities: services.map(type => ({ service: { type } })) }),
    Probe: async () => {
      await pool.store.available();
      return { ready: { value: true } };
    }
  };
}
