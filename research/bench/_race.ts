import { raceSteps } from "./stepRace.ts";
const [other="", subs="use-lite/16x40,duet-tiny/8x64", th="1"] = process.argv.slice(2);
for await (const o of raceSteps(other, [Number(th)], subs.split(",") as never)) console.log(o.subject, "threads", o.threads, "cpu new/old", o.cpuMs.map(v=>v.toFixed(1)).join("/"), "ratio cpu", o.cpuRatio.map(v=>v.toFixed(3)).join(" "), "| wall", o.ms.map(v=>v.toFixed(1)).join("/"), o.ratio.map(v=>v.toFixed(3)).join(" "), "diff", o.difference.toExponential(1));
