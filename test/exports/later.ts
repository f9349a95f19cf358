/** An async module whose exports are assigned after it has been loaded. */

interface Client {
  greet(name: string): Promise<string>;
}

export let client: Client | undefined;
export let calls = 0;

export async function init(): Promise<void> {
  calls++;
  client = { greet: async (name) => `hello ${name}` };
}
