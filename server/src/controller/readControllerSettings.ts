/** Reads DATAMARK_CONTROLLER. */
import { brokenJson } from '../brokenJson';
import { ControllerSettings } from './controllerSettings';

/** Settings that can be used, or one line that says what is wrong with them. */
type SettingsResult =
  { readonly ok: true; readonly value: ControllerSettings } | { readonly ok: false; readonly message: string };

export function readControllerSettings(text: string | undefined): SettingsResult {
  const refuse = (message: string): SettingsResult => ({ ok: false, message: `DATAMARK_CONTROLLER ${message}` });
  if (text === undefined || text.trim() === '') {
    return refuse('is not set: it takes a JSON document, for example {"image":"registry.example/datamark:1"}.');
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return refuse(brokenJson(error));
  }
  const parsed = ControllerSettings.safeParse(document);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const faults = parsed.error.issues.map(issue => `${issue.path.join('.') || 'document'}: ${issue.message}`);
  return refuse(`is wrong: ${faults.join('; ')}.`);
}
