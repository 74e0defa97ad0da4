/** `npm run build`: brings packages, base model, sample data and the web build up to date, and starts nothing. */
import { main } from "./setup/process.mjs";
import { setUp } from "./setup.mjs";

await main(setUp);
