/**
 * The demo's third-party packages.
 *
 * @module
 */

export { z } from "zod";
