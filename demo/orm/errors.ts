/**
 * What can go wrong with objects and sessions, by SQLAlchemy's names.
 *
 * @module
 */

import { registerError } from "../../mod.ts";

/** A session or an object was asked for what it cannot do as it stands. */
export class InvalidRequestError extends Error {
  override readonly name: string = "InvalidRequestError";
}

/** An object has no session which could read what it lacks. */
export class DetachedInstanceError extends InvalidRequestError {
  override readonly name = "DetachedInstanceError";
}

/** The row of an object is not there any more. */
export class ObjectDeletedError extends InvalidRequestError {
  override readonly name = "ObjectDeletedError";
}

/** Fewer rows were changed than there are objects: others have deleted them meanwhile. */
export class StaleDataError extends Error {
  override readonly name = "StaleDataError";
}

for (const errorClass of [InvalidRequestError, DetachedInstanceError, ObjectDeletedError, StaleDataError]) {
  registerError(errorClass);
}
