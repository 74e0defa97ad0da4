import type { LogFamily } from "./logTemplate.ts";

/** A web server and its reverse proxy. */
export const webServer: LogFamily = {
  name: "Web server",
  templates: {
    info: [
      "GET {path} from {ip} answered 200 in {ms}",
      "[listening|accepting connections] on port {port} with {n} workers",
      "configuration [reloaded|read again] without dropping clients",
      "[worker|helper] {n} started and is ready for {service}",
      "cache for {service} [warmed up|filled] with {n} entries",
      "client {ip} kept its connection alive for {n} requests",
      "[certificate|key] for {service} renewed, valid for {n} days",
      "access log [rotated|archived] to {path}",
      "[new|updated] route for {service} is active on {host}",
      "health probe of {service} [succeeded|passed] in {ms}",
    ],
    warning: [
      "request to {service} took {ms}, [longer than usual|above the slow mark]",
      "upstream {service} answered on the second try after {ms}",
      "[certificate|signature] of {host} expires in {n} days",
      "client {ip} sends requests [faster than allowed|in bursts], slowing it down",
      "only {n} free workers left for {service}",
      "request body from {ip} was larger than expected and was [buffered to disk|truncated]",
      "[deprecated|outdated] option for {service} in {path} will be ignored",
      "cache of {service} is [nearly full|at {pct}], evicting old entries",
      "client {ip} closed the connection [early|before the reply was sent]",
      "retrying {service} on {host}, [first|second] attempt timed out",
    ],
    error: [
      "upstream {service} [refused the connection|did not answer] at {host}:{port}",
      "could not [read|open] {path}: permission denied",
      "request {id} to {service} ended with status 500",
      "[malformed|invalid] header in reply of {service}, request {id} dropped",
      "TLS handshake with {ip} [aborted|broke off]: no shared cipher",
      "template of {service} could not be rendered, [missing|undefined] variable",
      "[script|handler] of {service} threw an exception while serving {id}",
      "unable to write access log {path}: [disk quota exceeded|no space left]",
      "gateway timeout after {ms} while waiting for {service}",
      "reply of {service} was cut off after {mb}, [sent 502|gave up] on {id}",
    ],
    critical: [
      "all backends of {service} are [down|unreachable], site is offline",
      "master process [died|was killed] by signal {n}, nobody accepts connections",
      "cannot bind port {port}, server [stops|is shutting down]",
      "out of memory, [killing every worker|terminating] on {host}",
      "private key of {service} is [missing|damaged], cannot serve any request",
      "server on {host} crashed with a segmentation fault at {hex}",
      "[document root|data volume] of {service} has vanished, aborting",
      "workers of {service} die as soon as they start, [giving up|restart limit reached]",
    ],
  },
};
