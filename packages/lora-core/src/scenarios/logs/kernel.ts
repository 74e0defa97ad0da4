import type { LogFamily } from "./logTemplate.ts";

/** Kernel and hardware of a cluster node. */
export const kernel: LogFamily = {
  name: "Kernel and hardware",
  templates: {
    info: [
      "[usb|pci] device {id} attached at slot {n}",
      "link on eth{n} is up at {n} Mbit/s, [full|half] duplex",
      "mounted volume {id} on {path} with [ordered|journaled] data mode",
      "cpu {n} brought online, [microcode|firmware] revision {hex}",
      "[fan|pump] {n} running at nominal speed",
      "memory scrub on {host} [finished|completed], nothing found",
      "thermal sensor {n} reads {n} degrees, [normal range|as expected]",
      "node {host} booted in {ms}",
      "swap space of {mb} added on [priority|device] {n}",
      "[single|one-bit] memory flip at {hex} was corrected by hardware",
    ],
    warning: [
      "temperature of cpu {n} above threshold, [clock throttled|speed reduced]",
      "disk {id} reports {n} reallocated sectors and [growing|rising] seek times",
      "[fan|blower] {n} turns slower than requested",
      "memory bank {n} had {n} corrected flips within an hour, [replace soon|watch it]",
      "link on eth{n} is flapping, [{n} changes in a minute|negotiated down]",
      "[battery|backup cell] of controller {id} is low, write cache limited",
      "free memory on {host} below {pct}, reclaiming [pages|buffers]",
      "clock of {host} drifted by {ms}, [stepping|adjusting] it",
      "task {id} was blocked for more than {n} seconds",
      "power supply {n} runs on the [spare|redundant] feed",
    ],
    error: [
      "I/O request to disk {id} did not complete, sector {n} [unreadable|lost]",
      "[usb|pci] device {id} does not respond, resetting bus {n}",
      "process {id} killed because it touched [a bad address|protected memory] {hex}",
      "parity mismatch in [data|instruction] cache of cpu {n}, line invalidated",
      "network card eth{n} hung, transmit queue {n} timed out",
      "could not mount {path}: [bad superblock|unknown layout]",
      "driver for {id} returned an [unexpected|invalid] state {hex}",
      "remote host {host} unreachable, [torus|mesh] link {n} broken",
      "[raid|mirror] member {id} dropped out of the array",
      "write to {path} lost, [buffer|journal] page {n} could not be flushed",
    ],
    critical: [
      "kernel panic on {host}: [unable to handle|cannot recover from] fault at {hex}",
      "machine check on cpu {n}: uncorrectable memory fault, [system halted|node halted]",
      "temperature of {host} beyond the safe limit, [powering off|cutting the supply]",
      "root volume {id} is gone, system [cannot continue|halts]",
      "array {id} lost its last [healthy|remaining] member, all data offline",
      "all power supplies of {host} are out, node [going dark|dead]",
      "interrupt storm froze every core of {host}, [watchdog|supervisor] resets the node",
      "double bit flip at {hex}, memory content is [corrupt|lost], stopping node",
    ],
  },
};
