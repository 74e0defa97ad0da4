import type { ReactNode } from "react";
import type { Reach } from "../../lib/reach.ts";

export const en = {
  addressChoice: {
    label: "Address in the links",
    option: (host: string, reach: Reach) => `${host}, ${reach}`,
    check: "Check that it can be reached",
    checking: "Asking for it.",
    own: "This page came from there.",
    answers:
      "The coordinator answers there, asked from its own machine. Whether a firewall keeps others out, another device shows: open the link with it.",
    silent: "Nothing answers there: look whether the name leads to this machine, and whether what is in between hands it on.",
    ways: "How to get a link that more people can open",
    network: "In the same network.",
    networkText:
      "End the coordinator (Ctrl-C) and start it for your network, with a key that says who may create federations. What was running goes on.",
    tunnel: "From anywhere, for a day.",
    tunnelText: (port: string) =>
      `A tunnel (cloudflared, ssh -R and others) gives port ${port} of this machine a public address with https. Start the coordinator with that address, and open this page there.`,
    server: "From anywhere, for good.",
    serverText: (guide: ReactNode) => <>A machine with a name and a certificate: {guide} shows how.</>,
  },
  linkRows: {
    andOlder: (day: string) => `${day}, and one of an earlier version without an end`,
    roles: { invite: "Invite link", watch: "Watch link", organiser: "Organiser link" },
    link: "Link",
    goodUntil: "Good until",
    whatCanBeDoneWith: "What can be done with it",
    actionOn: (text: string, name: string) => `${text}: ${name}`,
    copied: "Copied",
    copy: "Copy",
    newLink: "New link",
    newLinkWarning: {
      invite:
        "The invite link that was handed out opens nothing any more: whoever has not joined yet needs the new one. Who has joined stays, and comes back without it.",
      watch: "The watch link that was handed out opens nothing any more: whoever watches by it needs the new one.",
      organiser:
        "The organiser link of before opens nothing any more. This browser goes on by the new one; your other devices need it, too.",
    },
    extend: "Extend",
    withdraw: "Withdraw",
    withdrawWarning: {
      invite:
        "The invite link that was handed out opens nothing any more, and nobody new joins until you make another. Who has joined stays, and comes back without it.",
      watch: "The watch link that was handed out opens nothing any more, and nobody watches by a link until you make another.",
    },
    noEndMadeByAn: "no end: made by an earlier version",
    withdrawn: "withdrawn: opens nothing",
  },
};
