/** The sensors that the program knows by name; read once, when somebody first asks. */

import { sentence } from "../api/http";
import { listSensors, type Sensor } from "../api/sensors";

class Sensors {
  list: Sensor[] = $state.raw([]);
  error: string | null = $state(null);

  async load(): Promise<void> {
    if (this.list.length) return;
    try {
      this.list = (await listSensors()).sensors;
      this.error = null;
    } catch (error) {
      this.error = sentence(error);
    }
  }
}

export const sensors = new Sensors();
