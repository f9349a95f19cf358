import { runAsWorker } from "synckit";
import { bytes, row, rows } from "../served/values.mjs";

const values = { row, rows, bytes };

runAsWorker((name) => values[name]());
