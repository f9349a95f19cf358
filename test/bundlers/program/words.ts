// Used on both sides.
export const shout = (word: string): string => word.toUpperCase();
