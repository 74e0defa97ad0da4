import type { LogFamily } from "./logTemplate.ts";

/** A relational database server. */
export const database: LogFamily = {
  name: "Database",
  templates: {
    info: [
      "checkpoint [complete|finished], {n} buffers written in {ms}",
      "connection [opened|authorized] for {user} from {ip}",
      "[index|statistics] of {table} rebuilt in {ms}",
      "transaction {id} on {table} committed after {ms}",
      "replica {host} [caught up|is in step] with the primary",
      "backup of {table} [stored|archived] as {path}",
      "[vacuum|cleanup] of {table} removed {n} old row versions",
      "migration {n} [applied|recorded], schema is current",
      "prepared statement {id} cached for {user}",
      "database {service} is ready to [accept|serve] connections",
    ],
    warning: [
      "query on {table} ran for {ms} [without an index|with a full scan]",
      "replica {host} lags behind by {ms}",
      "{pct} of all connections are in use, [consider pooling|few remain]",
      "checkpoints occur [too often|every few seconds], {n} apart",
      "transaction {id} has been idle for {n} minutes while holding [locks|row locks]",
      "[tablespace|volume] of {table} is {pct} full",
      "[statistics|estimates] of {table} are stale, plans may be slow",
      "sort on {table} spilled {mb} to disk",
      "sequence of {table} has used {pct} of its [range|values]",
      "[backup|snapshot] of {service} is older than {n} days",
    ],
    error: [
      "[duplicate key|repeated value] violates the unique constraint of {table}",
      "deadlock between {id} and {id}, [one of them was rolled back|younger one aborted]",
      "[relation|column] of {table} does not exist, statement {id} rejected",
      "statement {id} on {table} cancelled after {ms}",
      "cannot [insert|store] a null value into {table}",
      "connection of {user} refused: [too many clients|no free slot]",
      "[invalid|unparsable] input for a date column of {table}",
      "foreign key of {table} points at a row that [is missing|was deleted]",
      "replication slot for {host} was [dropped|invalidated], replica must be copied anew",
      "backup of {table} to {path} did not [finish|complete]: broken pipe",
    ],
    critical: [
      "page {n} of {table} has a wrong checksum, data file is [corrupt|damaged]",
      "could not write the transaction log: no space left, [shutting down|all writes stop]",
      "primary {host} is lost and no replica can [take over|be promoted]",
      "server process {id} was killed, [terminating all sessions|resetting shared memory]",
      "recovery stopped: log segment {hex} is [missing|unreadable], database cannot start",
      "system catalog of {service} is [inconsistent|destroyed], refusing to start",
      "two primaries accept writes for {service}, [histories diverge|data is splitting]",
      "encryption key for {service} is lost, [nothing|no table] can be read",
    ],
  },
};
