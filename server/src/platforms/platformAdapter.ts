/**
 * What differs between the platforms that start notebook servers: who this server belongs to, how objects say whose
 * they are, and which pages start other servers. Adapters read the configuration and metadata they are given, nothing else.
 */
import type { Platform } from '../../../contract';

/** The part of an object's metadata that may name an owner. */
export interface OwnedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whose an object is, as far as it says so itself. */
export type Ownership =
  { readonly whose: 'own' } | { readonly whose: 'other'; readonly owner: string } | { readonly whose: 'unsaid' };

/** One platform. */
export interface PlatformAdapter {
  /** As the status tells it. */
  describe(): Platform;
  /** Name of the owner that an object's metadata says, in the words of the platform; null: it says none. */
  ownerOf(metadata: OwnedMetadata): string | null;
  /** Value of the label `owner` on what is made here, copied from one of these own objects; null: none has it. */
  ownerLabel(own: readonly OwnedMetadata[]): string | null;
  /** Whose an object is; `ownerLabel`: of this server, where it is known. */
  ownership(metadata: OwnedMetadata, ownerLabel: string | null): Ownership;
}

/** Compares the label `owner` of an object with this server's own. */
export function ownershipByLabel(value: string | undefined, ownerLabel: string | null): Ownership {
  if (value === undefined || ownerLabel === null) {
    return { whose: 'unsaid' };
  }
  return value === ownerLabel ? { whose: 'own' } : { whose: 'other', owner: value };
}
