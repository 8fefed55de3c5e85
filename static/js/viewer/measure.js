// The ruler: how far two image points lie apart, in the unit that is known. Pure.

/** `spacing` is { row, column, kind } with millimetres between rows and between columns, or null.
 *  Only `calibrated` ones are measured in the patient; those of the detector are larger than the
 *  bone, by how much depends on how far it lay from the detector. */
export function distance(from, to, spacing) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (!spacing) return { value: Math.hypot(dx, dy), unit: "px", kind: "" };
  return {
    value: Math.hypot(dx * spacing.column, dy * spacing.row),
    unit: "mm",
    kind: spacing.kind,
  };
}

/** From a pane's data attributes. */
export function spacingOf({ row, column, kind }) {
  const [rows, columns] = [Number(row), Number(column)];
  return rows > 0 && columns > 0 && kind ? { row: rows, column: columns, kind } : null;
}

// A format takes many times longer to make than to use.
const formats = new Map();

function format(locale, digits) {
  const key = `${locale} ${digits}`;
  if (!formats.has(key)) {
    const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    formats.set(key, new Intl.NumberFormat(locale, shown));
  }
  return formats.get(key);
}

/** As people read it: `37 px`, `12.4 mm`, `12.4 mm` and the words for "at the detector". */
export function said(measured, { locale = "en", detector = "" } = {}) {
  const digits = measured.unit === "px" ? 0 : 1;
  const number = format(locale, digits).format(measured.value);
  const where = measured.kind === "detector" && detector ? ` ${detector}` : "";
  return `${number} ${measured.unit}${where}`;
}
