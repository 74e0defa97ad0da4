/** A TCP proxy like a slow line: so many bytes a second each way, shared by all connections, which can be cut. */
import { createConnection, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface SlowLink {
  readonly url: string;
  /** Where it leads; a restarted coordinator has another port. */
  target: string;
  /** Bytes that passed. */
  readonly passed: { up: number; down: number };
  /** Nobody gets through: connections are ended, and new ones at once. */
  isDown: boolean;
  /** Ends every connection at once. */
  cut(): void;
}

/** Bytes that wait in one direction of one connection before its sender must wait. */
const QUEUE_BYTES = 16 * 1024;
const TICK_MS = 20;

interface Lane {
  readonly from: Socket;
  readonly to: Socket;
  queue: Buffer;
  /** Nothing more comes. */
  isOver: boolean;
}

/** Connections take turns. It ends with the test. */
export async function startSlowLink(target: string, bytesPerSecond: { up: number; down: number }): Promise<SlowLink> {
  const lanes = { up: new Set<Lane>(), down: new Set<Lane>() };
  const sockets = new Set<Socket>();
  const passed = { up: 0, down: 0 };

  function addLane(direction: "up" | "down", from: Socket, to: Socket): void {
    const lane: Lane = { from, to, queue: Buffer.alloc(0), isOver: false };
    lanes[direction].add(lane);
    from.on("data", (data) => {
      lane.queue = Buffer.concat([lane.queue, data]);
      if (lane.queue.byteLength > QUEUE_BYTES) from.pause();
    });
    from.on("error", () => from.destroy());
    from.on("close", () => {
      lane.isOver = true;
    });
  }

  function tick(direction: "up" | "down"): void {
    let budget = (bytesPerSecond[direction] * TICK_MS) / 1000;
    const busy = [...lanes[direction]].filter(({ queue }) => queue.byteLength > 0);
    for (const lane of lanes[direction]) {
      if (!lane.isOver || lane.queue.byteLength > 0) continue;
      lane.to.destroy();
      lanes[direction].delete(lane);
    }
    for (const [index, lane] of busy.entries()) {
      const share = Math.min(lane.queue.byteLength, Math.ceil(budget / (busy.length - index)));
      lane.to.write(lane.queue.subarray(0, share));
      lane.queue = lane.queue.subarray(share);
      budget -= share;
      passed[direction] += share;
      if (lane.queue.byteLength <= QUEUE_BYTES) lane.from.resume();
    }
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  let isDown = false;
  const link = {
    url: "",
    target,
    passed,
    get isDown() {
      return isDown;
    },
    set isDown(down: boolean) {
      isDown = down;
      if (down) cut();
    },
    cut,
  };
  const server = createServer((near) => {
    if (isDown) return near.destroy();
    const far = createConnection(Number(new URL(link.target).port), "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true).on("close", () => sockets.delete(socket));
    }
    addLane("up", near, far);
    addLane("down", far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const timer = setInterval(() => {
    tick("up");
    tick("down");
  }, TICK_MS);
  onTestFinished(() => {
    clearInterval(timer);
    server.close();
    cut();
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The link has no port");
  link.url = `http://127.0.0.1:${bound.port}`;
  return link;
}
