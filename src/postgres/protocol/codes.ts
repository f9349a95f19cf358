/**
 * The codes that messages begin with, and the marks within them (chapter "Message Formats" of Postgres' documentation).
 *
 * @module
 */

// What the server sends. COPY_DATA goes both ways.
export const PARSE_COMPLETE = 0x31; // "1"
export const BIND_COMPLETE = 0x32; // "2"
export const CLOSE_COMPLETE = 0x33; // "3"
export const NOTIFICATION = 0x41; // "A"
export const COMMAND_COMPLETE = 0x43; // "C"
export const DATA_ROW = 0x44; // "D"
export const ERROR_RESPONSE = 0x45; // "E"
export const COPY_IN_RESPONSE = 0x47; // "G"
export const COPY_OUT_RESPONSE = 0x48; // "H"
export const EMPTY_QUERY = 0x49; // "I"
export const BACKEND_KEY_DATA = 0x4b; // "K"
export const NOTICE = 0x4e; // "N"
export const PARAMETER_STATUS = 0x53; // "S"
export const ROW_DESCRIPTION = 0x54; // "T"
export const READY_FOR_QUERY = 0x5a; // "Z"
export const COPY_DATA = 0x64; // "d"
export const NO_DATA = 0x6e; // "n"
export const PORTAL_SUSPENDED = 0x73; // "s"
export const PARAMETER_DESCRIPTION = 0x74; // "t"

// What is sent to the server.
export const BIND = 0x42; // "B"
export const CLOSE = 0x43; // "C"
export const DESCRIBE = 0x44; // "D"
export const EXECUTE = 0x45; // "E"
export const PARSE = 0x50; // "P"
export const QUERY = 0x51; // "Q"
export const TERMINATE = 0x58; // "X"
export const COPY_DONE = 0x63; // "c"
export const COPY_FAIL = 0x66; // "f"

/** What Describe and Close are about. */
export const OF_STATEMENT = "S";
export const OF_PORTAL = "P";

/** The status in ReadyForQuery of a connection without a transaction. */
export const STATUS_IDLE = 0x49; // "I"
/** The same as `Answer.status` has it. */
export const IDLE = "I";

/** The server's answer to an SSLRequest, where it speaks TLS. */
export const SPEAKS_TLS = 0x53; // "S"
