/**
 * What has a session be as it was when it began, but for the statements that are prepared in it.
 *
 * @module
 */

/** Where other connections have the same session, and may listen to channels. */
export const RESET_SHARED =
  "close all; reset session authorization; reset all; select pg_advisory_unlock_all(); discard temp; discard sequences";

/** Where the session is a connection's own. */
export const RESET_SESSION: string = `unlisten *; ${RESET_SHARED}`;

/** The same, and the prepared statements too. */
export const RESET_ALONE = "discard all";
