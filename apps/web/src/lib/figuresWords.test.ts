import { clientOf, snapshotOf } from "@duet/client/testing/snapshots";
import { afterEach, expect, test } from "vitest";
import { noFiguresText, trafficText } from "./figuresWords.ts";
import { speak } from "./language.ts";

afterEach(() => speak("en"));

test("traffic that would tell a rank is not told, and never 0 bytes", () => {
  const sent = ({ bytesUp }: { readonly bytesUp: number }) => bytesUp;
  const open = clientOf("anna", { bytesUp: 500 });
  const closed = clientOf("bram", { bytesUp: 0, figures: "nobody", device: null });
  expect(trafficText([open, closed], {}, sent)).toBe("500 B");
  expect(trafficText([open], { ranks: "padded" }, sent)).toBe("500 B");
  expect(trafficText([closed], { ranks: "padded" }, sent)).toBe("told to nobody");
  expect(trafficText([open, closed], { ranks: "padded" }, sent)).toBe("told to nobody");
});

test("why there are no figures is said in the language of the page, also which", async () => {
  const snapshot = snapshotOf({ clients: [clientOf("anna", { figures: "nobody", device: null })] });
  await speak("zh");
  expect(noFiguresText(snapshot, "losses")).toMatch(/^没有客户端在这里公开自己的损失：/);
});
