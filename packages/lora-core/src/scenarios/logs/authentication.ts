import type { LogFamily } from "./logTemplate.ts";

/** Logins, keys and permissions. */
export const authentication: LogFamily = {
  name: "Authentication",
  templates: {
    info: [
      "[password|key] accepted for {user} from {ip} port {port}",
      "session [opened|started] for {user}",
      "session of {user} [closed|ended] after {n} minutes",
      "{user} [changed|renewed] the password for {service}",
      "[token|ticket] {id} issued to {service}, valid for {n} minutes",
      "second factor of {user} [confirmed|verified]",
      "group membership of {user} read from [the directory|{host}]",
      "{user} may now use {service}, granted by {user}",
      "[public key|security key] registered for {user} on {host}",
      "scheduled review of accounts [done|finished], {n} unchanged",
    ],
    warning: [
      "wrong password for {user} from {ip}, attempt {n}",
      "login of {user} from a [new country|device never seen before]",
      "password of {user} expires in {n} days",
      "{ip} tried {n} different user names [within a minute|in a row]",
      "[token|ticket] {id} of {service} was used after it had expired",
      "account of {user} has been [unused|dormant] for {n} days",
      "{user} asked for administrator rights [at an unusual hour|for the first time]",
      "clock of {host} is off by {ms}, tickets may be [rejected|refused] soon",
      "weak [cipher|key length] still enabled for {service}",
      "reverse lookup of {ip} does not match [its name|{host}]",
    ],
    error: [
      "account of {user} locked after {n} wrong [passwords|codes]",
      "directory server {host} does not answer, {user} [cannot log in|was turned away]",
      "permission denied: {user} may not [read|write] {path}",
      "[signature|issuer] of token {id} is not valid",
      "no [matching|usable] host key for {ip}, connection closed",
      "could not create a session for {user}: [home directory missing|limit reached]",
      "code for the second factor of {user} could not be [sent|delivered]",
      "certificate of {service} was [revoked|withdrawn], login refused",
      "[policy|permission] file {path} cannot be parsed, {service} stays closed",
      "ticket for {service} could not be decrypted, [key mismatch|wrong key version]",
    ],
    critical: [
      "root login from unknown address {ip} [succeeded|went through] after {n} attempts",
      "signing key of {service} has [leaked|been stolen], all tokens are void",
      "audit log on {host} was [deleted|tampered with]",
      "every directory server is [down|unreachable], nobody can log in",
      "password store {path} is [corrupt|readable by everyone], logins suspended",
      "account of {user} was taken over, [all sessions terminated|rights revoked]",
      "intruder holds administrator rights on {host}, [isolating it|cutting the network]",
      "[certificate authority|root certificate] of {service} is compromised",
    ],
  },
};
