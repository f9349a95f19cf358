/** Which Postgres the demo uses, and how: what its functions are given. */
export interface Database {
  readonly url: string;
  readonly options: { readonly echo: boolean; readonly poolSize: number };
}
