import { clientOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { trafficText } from "./figuresWords.ts";

test("traffic that would tell a rank is not told, and never 0 bytes", () => {
  const sent = ({ bytesUp }: { readonly bytesUp: number }) => bytesUp;
  const open = clientOf("anna", { bytesUp: 500 });
  const closed = clientOf("bram", { bytesUp: 0, figures: "nobody", device: null });
  expect(trafficText([open, closed], {}, sent)).toBe("500 B");
  expect(trafficText([open], { ranks: "padded" }, sent)).toBe("500 B");
  expect(trafficText([closed], { ranks: "padded" }, sent)).toBe("told to nobody");
  expect(trafficText([open, closed], { ranks: "padded" }, sent)).toBe("told to nobody");
});
