// Where an address lies: on this computer, in a network at home or at work, or out in the world. Rule: a page is led to no
// address that lies further in than it does itself, so that nobody who names a gateway has a reader's browser knock at what
// stands behind their router.

/** Further in is higher. */
const OUTSIDE = 0;
const NETWORK = 1;
const COMPUTER = 2;

/** IPv4 (RFC 6890): this computer; private, shared and link-local networks. */
function placeOfIpv4([a, b]: readonly [number, number]): number {
  if (a === 127 || a === 0) return COMPUTER;
  const inside =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128);
  return inside ? NETWORK : OUTSIDE;
}

/** IPv6 as `URL` writes it, without brackets. */
function placeOfIpv6(text: string): number {
  if (text === "::1" || text === "::") return COMPUTER;
  // IPv4 inside of it: mapped (::ffff:0:0/96), translated (64:ff9b::/96), and the old compatible form.
  const [, high, low] = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text) ?? [];
  if (high !== undefined && low !== undefined) {
    const number = Number.parseInt(high, 16);
    return placeOfIpv4([number >> 8, number & 0xff]);
  }
  const first = Number.parseInt(text.split(":", 1)[0] || "0", 16);
  // Unique local (fc00::/7), link-local (fe80::/10) and, of old, site-local (fec0::/10).
  return (first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80 ? NETWORK : OUTSIDE;
}

function placeOf(origin: string): number {
  // `URL` has brought every spelling of an address to one: 0x7f.1 is 127.0.0.1 there.
  const name = new URL(origin).hostname.replace(/\.$/, "");
  if (name.startsWith("[")) return placeOfIpv6(name.slice(1, -1));
  const four = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (four) return placeOfIpv4([Number(four[1]), Number(four[2])]);
  if (name === "localhost" || name.endsWith(".localhost")) return COMPUTER;
  return !name.includes(".") || /\.(local|internal|lan|home\.arpa)$/.test(name) ? NETWORK : OUTSIDE;
}

/** Whether a page of this origin may be led to a gateway at that one. Both are origins as `URL` writes them. */
export function mayLeadTo(page: string, gateway: string): boolean {
  return placeOf(gateway) <= placeOf(page);
}
