// Where an address lies: on this computer, in a network at home or at work, or out in the world. Rule: a page is led to no
// address that lies further in than it does itself, so that nobody who names a gateway has a reader's browser knock at what
// stands behind their router.

/** Further in is higher. */
const OUTSIDE = 0;
const NETWORK = 1;
const COMPUTER = 2;

/** IPv4 (RFC 6890): this computer; private, shared, link-local and test networks; what is no single computer's. */
function placeOfIpv4([a, b, c]: readonly [number, number, number]): number {
  if (a === 127 || a === 0) return COMPUTER;
  const inside =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && c === 0))) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 198 && (b === 18 || b === 19)) ||
    a >= 224;
  return inside ? NETWORK : OUTSIDE;
}

/**
 * IPv6 as `URL` writes it, without brackets. Outside is what is given out to the world (2000::/3) and hides no IPv4 address
 * that is not (6to4, Teredo), and IPv4's outside as a translator has it.
 */
function placeOfIpv6(text: string): number {
  if (text === "::1" || text === "::") return COMPUTER;
  // IPv4 inside of it: mapped (::ffff:0:0/96), translated (64:ff9b::/96), and the old compatible form.
  const [, form, high, low] = /^(::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text) ?? [];
  if (high !== undefined && low !== undefined) {
    const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    const place = placeOfIpv4([upper >> 8, upper & 0xff, lower >> 8]);
    return form === "64:ff9b::" ? place : Math.max(place, NETWORK);
  }
  const [first = 0, second = 0] = text.split(":", 2).map((group) => Number.parseInt(group || "0", 16));
  const isGlobal = (first & 0xe000) === 0x2000 && first !== 0x2002 && !(first === 0x2001 && second === 0);
  return isGlobal ? OUTSIDE : NETWORK;
}

/** Names that no registry gives out, and those of well-known routers. */
const INSIDE = /(^|\.)(local|internal|lan|home|home\.arpa|corp|intranet|private|localdomain|fritz\.box|speedport\.ip)$/;

function placeOf(origin: string): number {
  // `URL` has brought every spelling of an address to one: 0x7f.1 is 127.0.0.1 there.
  const name = new URL(origin).hostname.replace(/\.+$/, "");
  if (name.startsWith("[")) return placeOfIpv6(name.slice(1, -1));
  const [, a, b, c] = /^(\d+)\.(\d+)\.(\d+)\.\d+$/.exec(name) ?? [];
  if (a !== undefined) return placeOfIpv4([Number(a), Number(b), Number(c)]);
  if (/(^|\.)localhost(\.localdomain)?$/.test(name)) return COMPUTER;
  return !name.includes(".") || INSIDE.test(name) ? NETWORK : OUTSIDE;
}

/** Whether a page of this origin may be led to a gateway at that one. Both are origins as `URL` writes them. */
export function mayLeadTo(page: string, gateway: string): boolean {
  // No name has an empty part: who resolves one all the same does it in a way of its own.
  if (/(^|\.)\./.test(new URL(gateway).hostname)) return false;
  return placeOf(gateway) <= placeOf(page);
}
