/** A reverse proxy on this machine, as people put one before Duet: HTTP and upgrades to sockets, with the headers and path of a mode. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

export interface ProxyMode {
  /** Host that the coordinator sees; the client's own by default. */
  readonly host?: (host: string) => string;
  /** Further headers, given the client's Host. */
  readonly headers?: (host: string) => IncomingHttpHeaders;
  /** The path below which the site lies; everything else is not found. */
  readonly prefix?: string;
  /** Takes the prefix off before it passes a request on. */
  readonly strips?: boolean;
}

/** Listens on a free port until the end of the test; returns its address, with the prefix. */
export async function startProxy(upstream: string, mode: ProxyMode = {}): Promise<string> {
  const { port } = new URL(upstream);
  const { host = (given) => given, headers = () => ({}), prefix = "", strips = false } = mode;

  /** Where and as what a request goes on; null when it is not for this site. */
  const passedOn = ({ url = "/", method, headers: given }: IncomingMessage) => {
    const isBelow = url === prefix || url.startsWith(`${prefix}/`);
    if (!isBelow) return null;
    const own = given.host ?? "";
    const path = strips ? url.slice(prefix.length) || "/" : url;
    return { host: "127.0.0.1", port, path, method, headers: { ...given, ...headers(own), host: host(own) } };
  };

  const server = createServer((incoming, response) => {
    const options = passedOn(incoming);
    if (!options) {
      response.writeHead(404).end("no such site");
      return;
    }
    const outgoing = request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  const open = new Set<Duplex>();
  server.on("upgrade", (incoming, socket: Duplex) => {
    const options = passedOn(incoming);
    if (!options) {
      socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const lines = Object.entries(options.headers).map(([name, value]) => `${name}: ${value}`);
    const onward = connect(Number(port), "127.0.0.1", () => {
      onward.write(`GET ${options.path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) {
      open.add(end);
      for (const event of ["error", "close"]) {
        end.on(event, () => {
          socket.destroy();
          onward.destroy();
        });
      }
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const end of open) end.destroy();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
}
