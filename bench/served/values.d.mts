export interface SmallRow {
  id: number;
  name: string;
  active: boolean;
}

export interface TableRow {
  id: number;
  name: string;
  email: string;
  score: number;
  active: boolean;
  created: Date;
}

export const tableRows: TableRow[];
export function row(): Promise<SmallRow>;
export function rows(): Promise<TableRow[]>;
export function bytes(): Promise<Uint8Array<ArrayBuffer>>;
