// The first byte of every value. What follows it is written and read by the two functions that name the tag.
//
//   0x00 … 0x3f   a tag of the list below
//   0x40 … 0x7f   a string of 0 to 63 characters, none above U+00FF, one byte each
//   0x80 … 0xff   an integer of 0 to 127
//
// Objects, and what stands for functions, are numbered in the order of their tags. The same one again is a REFERENCE.

export const SHORT_STRING = 0x40;
export const SMALL_INTEGER = 0x80;

export const UNDEFINED = 0x00;
export const NULL = 0x01;
export const FALSE = 0x02;
export const TRUE = 0x03;
/** A zigzag varint. */
export const INTEGER = 0x04;
export const FLOAT = 0x05;
/** Hexadecimal digits, as a string. */
export const BIGINT = 0x06;
export const NEGATIVE_BIGINT = 0x07;
/** The number of bytes in 32 bits, then UTF-8. */
export const UTF8 = 0x08;
/** The number of code units, then the units: for what UTF-8 cannot say, and for what is short. */
export const UTF16 = 0x09;
/**
 * The number of code units: the next so many of the message's texts. These stand behind all values, each as UTF8 or UTF16,
 * and behind them in 32 bits where the first one starts.
 */
export const TEXT = 0x0a;

/** The number of an object that was there before. */
export const REFERENCE = 0x10;
/** The number of keys, the keys, the values. The keys make a shape, numbered in order. */
export const OBJECT = 0x11;
/** The number of a shape, the values. */
export const SHAPED_OBJECT = 0x12;
/** As OBJECT and SHAPED_OBJECT, without a prototype. */
export const BARE_OBJECT = 0x13;
export const SHAPED_BARE_OBJECT = 0x14;
/** The length, the elements. */
export const ARRAY = 0x15;
/** The length, the number of properties, then each one's key and value: for holes and for named properties. */
export const LOOSE_ARRAY = 0x16;
export const MAP = 0x17;
export const SET = 0x18;
/** Milliseconds as 8 bytes of floating point. */
export const DATE = 0x19;
export const REGEXP = 0x1a;
/** A primitive value that stands in an object of its own. */
export const BOXED = 0x1b;
export const ERROR = 0x1c;
/** The number of bytes, the bytes. */
export const BUFFER = 0x1d;
/** The number of bytes, the largest number of bytes, the bytes. */
export const RESIZABLE_BUFFER = 0x1e;
/** The kind, the offset, the length plus one (or zero: as long as the buffer), the buffer as a value. */
export const VIEW = 0x1f;
/** The kind, the number of bytes, the bytes: a view that does not share its buffer. */
export const LONE_VIEW = 0x20;
/** The index of an attachment: it crosses beside the bytes. */
export const ATTACHMENT = 0x21;
/** What stands for a function: its owner writes and reads it. */
export const EXTENSION = 0x22;
/** The URL of a module, the name of its class, the data of the object. */
export const CLASSED = 0x23;
/** The length, the elements as a column: for many elements of one kind. */
export const COLUMN = 0x24;
/**
 * The length, the shape with the tag of an object, and a column for each of its keys: an array of objects that look alike.
 * The objects are numbered before what is in them.
 */
export const ROWS = 0x25;
/** A registered symbol: 0 and its key. A well-known symbol: 1 and its name. */
export const SYMBOL = 0x26;
/** An object as a value, then what it has besides: the number of properties, then each one's flags, key and value. */
export const EXTENDED = 0x27;
/** The index of an attachment: a copy of a buffer that the sender still has. */
export const COPY = 0x28;
