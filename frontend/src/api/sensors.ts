/** Sensors, and the sweep widths that somebody measured with them. */

import { list, number, orNull, record, text, type Checked } from "../lib/check";
import { address, get } from "./http";

export const sensorList = record({ sensors: list(record({ key: text, title: text, kind: text })) });
/** All null where nobody is known to have measured it. */
export const sensorWidth = record({
  value_m: orNull(number), low_m: orNull(number), high_m: orNull(number), sources: list(text), caveats: list(text),
});

export type Sensor = Checked<typeof sensorList>["sensors"][number];
export type Width = Checked<typeof sensorWidth>;

export const listSensors = (): Promise<Checked<typeof sensorList>> => get(address(["sensors"]), sensorList);

/** `range` as people type it, with its unit. */
export const readWidth = (sensor: string, seen: { range: string | null; visibility: string | null; light: string }): Promise<Width> =>
  get(address(["sensors", sensor, "width"], seen), sensorWidth);
