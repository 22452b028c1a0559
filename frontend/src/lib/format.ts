/** Figures and times as people read them. Percent exists only here and on screens. */

/** A fraction for people; tiny and nearly certain values keep their meaning. The twin of base/quantity.py. */
export function percent(value: number, digits = 1): string {
  const smallest = 10 ** -digits;
  const shown = 100 * value;
  if (shown > 0 && shown < smallest) return `< ${smallest} %`;
  if (shown < 100 && shown > 100 - smallest) return `> ${100 - smallest} %`;
  return `${shown.toFixed(digits)} %`;
}

export function metres(value_m: number): string {
  return Math.abs(value_m) < 1000 ? `${value_m.toFixed(0)} m` : `${(value_m / 1000).toFixed(2)} km`;
}

export function area(value_m2: number): string {
  if (value_m2 < 1e4) return `${value_m2.toFixed(0)} m²`;
  return value_m2 < 1e6 ? `${(value_m2 / 1e4).toFixed(1)} ha` : `${(value_m2 / 1e6).toFixed(2)} km²`;
}

export function hours(value_h: number): string {
  const minutes = Math.round(value_h * 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function place(position: { lat_deg: number; lon_deg: number }): string {
  return `${position.lat_deg.toFixed(5)}, ${position.lon_deg.toFixed(5)}`;
}

/** Local time of the case: "2026-03-01 06:40 GMT+1". */
export function moment(iso: string, zone: string): string {
  const part = parts(new Date(iso), zone);
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")} ${part("timeZoneName")}`;
}

/** Only the local time of day: "06:40". */
export function clockTime(iso: string, zone: string): string {
  const part = parts(new Date(iso), zone);
  return `${part("hour")}:${part("minute")}`;
}

/** A moment some hours after another, as the server reads it: "2026-03-01T12:40:00Z". */
export function hoursAfter(iso: string, hours_h: number): string {
  return new Date(Date.parse(iso) + hours_h * 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A change of a fraction in points of per cent, with its sign: "+3.0 points". */
export function points(change: number): string {
  const shown = (100 * change).toFixed(1);
  return `${Number(shown) === 0 ? "0.0" : Number(shown) > 0 ? `+${shown}` : shown.replace("-", "\u2212")} points`;
}

/** Information in bits, to two figures: "1.2 bits". */
export function bits(value: number): string {
  if (value > 0 && value < 0.001) return "< 0.001 bits";
  return `${Number(value.toPrecision(2))} bits`;
}

/** "in 35 min", "2 h ago", "3 days ago". */
export function distant(iso: string, now_ms: number): string {
  const minutes = Math.round((Date.parse(iso) - now_ms) / 60_000);
  const size = Math.abs(minutes);
  if (size < 1) return "now";
  const said = size < 90 ? `${size} min` : size < 48 * 60 ? `${Math.round(size / 60)} h` : `${Math.round(size / 1440)} days`;
  return minutes > 0 ? `in ${said}` : `${said} ago`;
}

/** A moment as people type it, with the offset of the case's zone: "2026-03-01T06:40+01:00". */
export function typed(date: Date, zone: string): string {
  const part = parts(date, zone, "longOffset");
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}${offset}`;
}

function parts(date: Date, zone: string, name: "short" | "longOffset" = "short"): (type: string) => string {
  const format = (timeZone: string): Intl.DateTimeFormatPart[] =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
      hourCycle: "h23", timeZoneName: name,
    }).formatToParts(date);
  let found: Intl.DateTimeFormatPart[];
  try {
    found = format(zone);
  } catch (error) {
    // a zone that this browser does not know; UTC is right everywhere, and says so
    if (!(error instanceof RangeError)) throw error;
    found = format("UTC");
  }
  return (type) => found.find((p) => p.type === type)?.value ?? "";
}
