export const born: number = 1970;

export const findName = async (id: number): Promise<string> => `real ${id}`;

export const wrap = async (id: number): Promise<{ value: string }> => ({ value: `real ${id}` });

export async function* all(): AsyncGenerator<string> {
  yield "real";
}

export async function save(_id: number, _name: string): Promise<void> {}
