/** The plugins of Datamark; each can be disabled alone. What they do stands in their own files. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import api from './plugins/api';
import check from './plugins/check';
import commands from './plugins/commands';
import ingest from './plugins/ingest';
import lineage from './plugins/lineage';
import notebook from './plugins/notebook';
import notifications from './plugins/notifications';
import panel from './plugins/panel';
import renderer from './plugins/renderer';
import status from './plugins/status';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  api,
  commands,
  panel,
  check,
  lineage,
  ingest,
  status,
  notebook,
  notifications,
  renderer
];

export default plugins;
