// The pieces of @sparticuz/chromium (Brotli) into a folder: node unpack.mjs <package> <folder>
import { createReadStream, createWriteStream, readdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [packed, folder] = process.argv.slice(2);
for (const name of readdirSync(`${packed}/bin`)) {
  const whole = `${folder}/${name.replace(/\.br$/, "")}`;
  const pieces = createReadStream(`${packed}/bin/${name}`);
  await pipeline(pieces, createBrotliDecompress(), createWriteStream(whole));
}
