/** `npm run protocol-schemas`: writes the protocol's JSON Schemas, which clients in other languages check messages with. */
import { writeFileSync } from "node:fs";
import { SCHEMA_FILE, schemaText } from "./schemas.ts";

writeFileSync(SCHEMA_FILE, schemaText());
console.log(`Written: ${SCHEMA_FILE}`);
