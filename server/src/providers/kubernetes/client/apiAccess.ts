/**
 * Where the API server is and how to be let in, as of now. Made from a kubeconfig or the pod's own account by
 * kubeConfigAccess.ts; everything else in this folder only sees this.
 */

/** What a TLS connection to the API server needs; nothing of it for plain http. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** One reading of the configuration; another object as soon as anything in it has changed. */
export interface Credentials {
  /** Base address; may have a path of its own, as behind a gateway. */
  readonly server: URL;
  readonly proxy: URL | null;
  readonly tls: TlsMaterial;
  /** Equal as long as connections may be kept. The token is not in it: it goes with each request. */
  readonly connectionKey: string;
  /** Authorization and impersonation. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiAccess {
  /** For messages: host and port. */
  readonly server: string;
  /** null: nothing tells it (yet). */
  readonly namespace: string | null;
  /** `refused`: what the server answered 401 to; it is read again unless that happened meanwhile. Rejects with KubernetesError. */
  credentials(refused: Credentials | null, signal: AbortSignal): Promise<Credentials>;
}
