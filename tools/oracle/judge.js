// The second validator: ocpp-rpc's own schemas for OCPP 1.6, as its strict mode uses them.
//
// A line in: a JSON array of [method, "req" | "conf", payload]. A line out: a JSON array as long,
// of null for what is right, else what is wrong.
"use strict";

const readline = require("readline");
const validators = require("ocpp-rpc/lib/standard-validators");

const strict = validators.find((one) => one.subprotocol === "ocpp1.6");

function judge([method, kind, payload]) {
  try {
    strict.validate(`urn:${method}.${kind}`, payload);
    return null;
  } catch (error) {
    return `${error.rpcErrorCode}: ${error.message}`;
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(JSON.parse(line).map(judge)) + "\n");
});
