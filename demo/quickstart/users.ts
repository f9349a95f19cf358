// users.ts: the async back. It is loaded on the event loop's thread, once.
const names = new Map([[1, "ann"]]);

export async function findName(id: number): Promise<string | undefined> {
  return names.get(id);
}

export async function saveName(id: number, name: string): Promise<void> {
  names.set(id, name);
}
