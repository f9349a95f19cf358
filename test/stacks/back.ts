export const sum = async (a: number, b: number): Promise<number> => a + b;
export const call = async (callback: () => unknown): Promise<unknown> => await callback();

export async function throws(): Promise<never> {
  throw new RangeError("thrown there");
}
