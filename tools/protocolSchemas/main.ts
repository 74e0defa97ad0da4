/** `npm run protocol-schemas`: writes the protocol's JSON Schemas, and the table of next steps, for clients in other languages. */
import { writeFileSync } from "node:fs";
import { NEXT_STEPS_FILE, nextStepsText } from "./nextSteps.ts";
import { SCHEMA_FILE, schemaText } from "./schemas.ts";

writeFileSync(SCHEMA_FILE, schemaText());
writeFileSync(NEXT_STEPS_FILE, nextStepsText());
console.log(`Written: ${SCHEMA_FILE}, ${NEXT_STEPS_FILE}`);
