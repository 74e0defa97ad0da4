import { describe, expect, it } from "vitest";
import { HubAddressError, hubFileUrl, hubRevisionUrl, parseHubAddress } from "./hubAddress.ts";

describe("a model's address", () => {
  it("is owner, name and revision", () => {
    expect(parseHubAddress(" HuggingFaceTB/SmolLM2-135M ")).toEqual({
      owner: "HuggingFaceTB",
      name: "SmolLM2-135M",
      revision: "main",
      file: null,
    });
    expect(parseHubAddress("acme/tiny-GGUF:tiny.Q8_0.gguf")).toMatchObject({
      name: "tiny-GGUF",
      revision: "main",
      file: "tiny.Q8_0.gguf",
    });
    expect(parseHubAddress("acme/tiny@v2:tiny.gguf")).toMatchObject({ revision: "v2", file: "tiny.gguf" });
    const pull = parseHubAddress("acme/tiny.en@refs/pr/1");
    expect(pull.revision).toBe("refs/pr/1");
    expect(hubFileUrl("https://hub.example.org/", pull, "config.json")).toBe(
      "https://hub.example.org/acme/tiny.en/resolve/refs%2Fpr%2F1/config.json",
    );
    expect(hubRevisionUrl("https://hub.example.org", pull)).toBe(
      "https://hub.example.org/api/models/acme/tiny.en/revision/refs%2Fpr%2F1?blobs=true",
    );
  });

  it.each([
    "tiny",
    "acme/",
    "acme/tiny/more",
    "../tiny",
    "acme/tiny@",
    "acme/tiny@../..",
    "acme/tiny:x.bin",
    "https://x.org/a/b",
    "a b/c",
  ])("is not %s", (text) => {
    expect(() => parseHubAddress(text)).toThrow(HubAddressError);
  });
});
