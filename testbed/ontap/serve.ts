// The emulator as a process, for clients that are no TypeScript. Its first line on standard output says where it is; then
// every line that it reads is one command as JSON, answered by one line. It ends with its standard input.
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { EmulatorClock } from './emulatorClock';
import { OntapEmulator } from './ontapEmulator';

const Reason = z.object({ code: z.string(), message: z.string(), arguments: z.array(z.string()).optional() });
const Transfer = z.object({
  type: z.enum(['initialize', 'update', 'resync', 'restore']),
  state: z.enum(['success', 'failed', 'aborted', 'hard_aborted']),
  bytes: z.number(),
  seconds: z.number(),
  endedSecondsAgo: z.number()
});
const Wish = z.strictObject({
  uuid: z.uuid().optional(),
  source: z.string(),
  destination: z.string(),
  sourceCluster: z.string().optional(),
  state: z.string().optional(),
  healthy: z.boolean().optional(),
  reasons: z.array(Reason).optional(),
  policy: z.string().optional(),
  schedule: z.string().nullable().optional(),
  exported: z.object({ name: z.string().optional(), ageSeconds: z.number() }).nullable().optional(),
  lastTransfer: Transfer.optional(),
  bytesPerTransfer: z.number().optional(),
  bytesPerSecond: z.number().positive().optional(),
  queueSeconds: z.number().optional(),
  throttle: z.number().optional(),
  overrides: z.record(z.string(), z.unknown()).optional()
});
const Which = z.object({ path: z.string().optional(), method: z.string().optional(), times: z.number().optional() });
const Failing = z.union([
  z.object({
    status: z.number(),
    code: z.string().optional(),
    message: z.string().optional(),
    retryAfter: z.string().optional()
  }),
  z.object({ hang: z.literal(true) }),
  z.object({ cut: z.enum(['before', 'after']) }),
  z.object({ notJson: z.literal(true) }),
  z.object({ delayMs: z.number() })
]);
const Command = z.union([
  z.strictObject({ add: Wish }),
  z.strictObject({ advance: z.number() }),
  z.strictObject({ fail: Failing, which: Which.optional() }),
  z.strictObject({ mend: z.literal(true) }),
  z.strictObject({ failJobs: Reason, times: z.number().optional() }),
  z.strictObject({ failTransfers: Reason, times: z.number().optional(), mirror: z.string().optional() }),
  z.strictObject({ jobSeconds: z.number() }),
  z.strictObject({ forget: z.string() }),
  z.strictObject({ requests: z.literal(true) })
]);

/** Does a command; returns what is answered. */
async function obey(emulator: OntapEmulator, command: z.infer<typeof Command>): Promise<object> {
  if ('add' in command) {
    return { uuid: emulator.addRelationship(command.add).uuid };
  }
  if ('advance' in command) {
    await emulator.advance(command.advance);
  } else if ('fail' in command) {
    emulator.fail(command.fail, command.which);
  } else if ('mend' in command) {
    emulator.mend();
  } else if ('failJobs' in command) {
    emulator.failJobs(command.failJobs, command.times);
  } else if ('failTransfers' in command) {
    const { times, mirror } = command;
    emulator.failTransfers(command.failTransfers, { times, mirror });
  } else if ('jobSeconds' in command) {
    emulator.jobs.seconds = command.jobSeconds;
  } else if ('forget' in command) {
    emulator.forget(command.forget);
  } else {
    return { requests: emulator.requests };
  }
  return {};
}

async function main(): Promise<void> {
  const emulator = new OntapEmulator({ clock: new EmulatorClock() });
  await emulator.start();
  const tell = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  const { port, url, certificates } = emulator;
  tell({ port, url, folder: certificates.folder, ca: `${certificates.folder}/ca.crt` });
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      try {
        tell(await obey(emulator, Command.parse(JSON.parse(line))));
      } catch (error) {
        tell({ problem: String(error) });
      }
    }
  } finally {
    await emulator.stop();
  }
}

void main();
