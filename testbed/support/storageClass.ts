// A StorageClass of a test's own, like one that there is.
import type { Account } from './account';

/** Makes it; parameters are added to those of the other one. */
export async function storageClass(
  admin: Account,
  like: string,
  name: string,
  { parameters, ...more }: { parameters?: Record<string, string>; allowVolumeExpansion?: boolean }
): Promise<void> {
  const { parameters: given, ...rest } = await admin.get('StorageClass', like);
  await admin.create({
    ...rest,
    metadata: { name },
    parameters: { ...(given as object | undefined), ...parameters },
    ...more
  });
}
