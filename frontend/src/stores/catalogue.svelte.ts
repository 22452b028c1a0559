/** Every command with the schema of its fields, as the server knows them; read once. */

import { listCommands, type Command } from "../api/commands";
import { sentence } from "../api/http";

class Catalogue {
  commands: Record<string, Command> = $state.raw({});
  error: string | null = $state(null);

  async load(): Promise<void> {
    try {
      const { commands } = await listCommands();
      this.commands = Object.fromEntries(commands.map((c) => [c.name, c]));
      this.error = null;
    } catch (error) {
      this.error = sentence(error);
    }
  }
}

export const catalogue = new Catalogue();
