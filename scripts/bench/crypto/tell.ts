// The results as ratios and as a table.

import type { Measured } from "./node.ts";

/**
 * Ratios, ours over theirs: of documents the worse of the sizes, null where none were measured. Peak in MiB over what the
 * process had before.
 */
type Ratios = {
  encryptVsAge: number | null;
  decryptVsAge: number | null;
  encryptVsWebCrypto: number | null;
  peakMiB: number;
  unwrapVsEciesjs: number;
  /** Whole capsules, with everything that is checked in them. */
  capsulesVsEciesjs: number;
  capsulesPerSecond: number;
};

const round = (value: number): number => Math.round(value * 100) / 100;

/** The ratios of one platform. */
export function ratiosOf({ speeds, peak }: Measured): Ratios {
  const worst = (of: (one: (typeof speeds.sizes)[number]) => number): number | null =>
    speeds.sizes.length === 0 ? null : round(Math.min(...speeds.sizes.map(of)));
  return {
    encryptVsAge: worst(({ ours, age }) => ours.encrypt / age.encrypt),
    decryptVsAge: worst(({ ours, age }) => ours.decrypt / age.decrypt),
    encryptVsWebCrypto: worst(({ ours, bare }) => ours.encrypt / bare.encrypt),
    peakMiB: round(peak / 1_048_576),
    unwrapVsEciesjs: round(speeds.unwrap.ours / speeds.unwrap.eciesjs),
    capsulesVsEciesjs: round(speeds.capsules.ours / speeds.capsules.eciesjs),
    capsulesPerSecond: Math.round(speeds.capsules.ours),
  };
}

/** Everything that was measured, for a person. */
export function tellTable(measured: Record<string, Measured>): string {
  const lines = Object.entries(measured).flatMap(([where, one]) => {
    const { speeds } = one;
    const ratios = ratiosOf(one);
    const perSecond = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB/s`.padStart(9);
    return [
      where,
      ...speeds.sizes.flatMap(({ bytes, ours, age, bare }) => [
        `  ${(bytes / 1e6).toFixed(0)} MB`,
        `    encrypt + CID        ${perSecond(ours.encrypt)}   age ${perSecond(age.encrypt)}   WebCrypto alone ${perSecond(bare.encrypt)}`,
        `    CID check + decrypt  ${perSecond(ours.decrypt)}   age ${perSecond(age.decrypt)}`,
      ]),
      `  boxes: wrapped ${speeds.wrap.ours.toFixed(0)}/s (eciesjs ${speeds.wrap.eciesjs.toFixed(0)}/s), unwrapped ${speeds.unwrap.ours.toFixed(0)}/s (eciesjs ${speeds.unwrap.eciesjs.toFixed(0)}/s)`,
      `  whole capsules: opened ${speeds.capsules.ours.toFixed(0)}/s (with eciesjs ${speeds.capsules.eciesjs.toFixed(0)}/s)`,
      ...(speeds.sizes.length === 0
        ? []
        : [
            `  encrypt ${ratios.encryptVsAge} x age and ${ratios.encryptVsWebCrypto} x WebCrypto alone; decrypt ${ratios.decryptVsAge} x age; peak ${ratios.peakMiB} MiB`,
          ]),
      `  unwrap ${ratios.unwrapVsEciesjs} x eciesjs; whole capsules ${ratios.capsulesVsEciesjs} x eciesjs`,
    ];
  });
  return lines.join("\n");
}
