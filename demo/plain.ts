/**
 * Pattern 3 as a program of its own, on the Postgres that `DATABASE_URL` names.
 *
 * @module
 */

import process from "node:process";
import { frontFacingPlainFacade } from "./pattern3/facade.ts";

const url = process.env.DATABASE_URL;

if (url) {
  frontFacingPlainFacade({ url, options: { echo: process.argv.includes("--echo"), poolSize: 1 } });
} else {
  console.error("run the plain demo: DATABASE_URL is not set; name a Postgres by it");
  process.exitCode = 1;
}
