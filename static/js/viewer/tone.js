// Window and level: which stored values become black, which white. Pure.
//
// A tone is { low, high, inverted }: stored values at or below `low` are black, at or above `high`
// white (exchanged when inverted), linear between.

export const NARROWEST = 2;

/** 256 or 65,536 stored values -> grey of the screen, 0..255. */
export function table(tone, values) {
  const grey = new Uint8ClampedArray(values);
  const width = Math.max(1, tone.high - tone.low);
  for (let value = 0; value < values; value += 1) {
    const shown = ((value - tone.low) * 255) / width;
    grey[value] = tone.inverted ? 255 - shown : shown;
  }
  return grey;
}

/** Drag to the right: a wider window; upwards: brighter. `dx`, `dy` in shares of the stage. */
export function dragged(tone, range, dx, dy) {
  const width = tone.high - tone.low;
  const wider = Math.min(2 * range, Math.max(NARROWEST, width * 2 ** (2 * dx)));
  const level = (tone.low + tone.high) / 2 + dy * (tone.inverted ? -1 : 1) * Math.max(width, range / 8);
  const middle = Math.min(range, Math.max(0, level));
  return { ...tone, low: middle - wider / 2, high: middle + wider / 2 };
}

/** The stored value below which the share `share` of the pixels lies; black ones (0) don't count. */
export function percentile(histogram, share) {
  let total = 0;
  for (let value = 1; value < histogram.length; value += 1) total += histogram[value];
  let seen = 0;
  for (let value = 1; value < histogram.length; value += 1) {
    seen += histogram[value];
    if (seen >= share * total) return value;
  }
  return histogram.length - 1;
}

/** Windows by name: for bone the brighter part, for soft tissue the darker one. */
export function presets(histogram, asSent) {
  const at = (share) => percentile(histogram, share);
  return {
    sent: asSent,
    whole: ordered(at(0), at(1)),
    bone: ordered(at(0.35), at(0.998)),
    soft: ordered(at(0.02), at(0.75)),
  };
}

function ordered(low, high) {
  return { low, high: Math.max(high, low + NARROWEST), inverted: false };
}

/** The window that shows `deep` values (Uint16Array) as the 8-bit rendition `grey` (Uint8Array) of
 *  the same picture does: the line through the values behind a quarter and three quarters of white. */
export function windowLike(deep, grey) {
  const dark = behind(deep, grey, 64);
  const light = behind(deep, grey, 192);
  if (dark === null || light === null || light <= dark) return null;
  const slope = (light - dark) / (192 - 64);
  return { low: dark - 64 * slope, high: light + 63 * slope, inverted: false };
}

function behind(deep, grey, level) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < grey.length; i += 1) {
    if (Math.abs(grey[i] - level) <= 4) {
      sum += deep[i];
      count += 1;
    }
  }
  return count ? sum / count : null;
}
