/**
 * awaitlet's own errors cross as what they are.
 *
 * @module
 */

import * as errors from "../errors.ts";
import { registerError } from "./error_codec.ts";

for (const Class of Object.values(errors)) registerError(Class);
