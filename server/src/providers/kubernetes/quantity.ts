/** Kubernetes quantities (`10Gi`, `1500M`, `1e9`) as bytes. Grammar: apimachinery pkg/api/resource/quantity.go. */

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
};

/** Bytes of a quantity, rounded up as the API server does; null where it is none. */
export function bytesOf(quantity: string | number | null | undefined): number | null {
  if (typeof quantity === 'number') {
    return quantity >= 0 ? Math.ceil(quantity) : null;
  }
  const [, number, exponent, unit = ''] =
    /^\+?(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([A-Za-z]{1,2}))?$/.exec(quantity ?? '') ?? [];
  const factor = exponent === undefined ? FACTORS[unit] : 1;
  return number === undefined || factor === undefined ? null : Math.ceil(Number(number + (exponent ?? '')) * factor);
}
