import { Alert, Button, Group, NativeSelect } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { LinkAddressesView } from "../../hooks/useLinkAddresses.ts";
import { type LinkAddress, reachWarning } from "../../lib/reach.ts";
import { words } from "./words.ts";

/** Which of its addresses the coordinator's links are made of, who can open them, and how others are got. Nothing where every link works. */
export function AddressChoice({ links }: { readonly links: LinkAddressesView }) {
  const { addresses, chosen, choose, isAsking, ask } = links;
  const [own] = addresses;
  const warning = reachWarning(chosen.address, own.address, chosen.answers);
  if (!warning && addresses.length === 1) return null;
  const choice = addresses.length > 1 && (
    <Group gap="sm" align="flex-end" mt="sm">
      <NativeSelect
        label={words.addressChoice.label}
        value={chosen.address}
        onChange={(event) => choose(event.currentTarget.value)}
        data={addresses.map(({ address, host, reach }) => ({ value: address, label: words.addressChoice.option(host, reach) }))}
      />
      <Button variant="default" onClick={ask} loading={isAsking}>
        {words.addressChoice.check}
      </Button>
      <span role="status" className="small" style={{ flex: "1 1 240px" }}>
        {isAsking ? words.addressChoice.checking : standing(chosen, own)}
      </span>
    </Group>
  );
  if (!warning) return <section aria-label={words.addressChoice.label}>{choice}</section>;
  return (
    <Alert icon={<IconAlertTriangle />} title={warning.title}>
      {warning.text}
      {choice}
      {chosen.reach !== "anywhere" && <Ways port={new URL(own.address).port} />}
    </Alert>
  );
}

/** What is known of whether it can be reached. */
function standing({ address, answers }: LinkAddress, own: LinkAddress): string {
  if (address === own.address) return words.addressChoice.own;
  return answers ? words.addressChoice.answers : words.addressChoice.silent;
}

const GUIDE = "docs/deploy.md";
const OPERATOR_KEY = "openssl rand -base64 24 > operator-key; chmod 600 operator-key";

/** How one gets to an address that more people can open. */
function Ways({ port }: { readonly port: string }) {
  const start = (options: string) => `npm start -- ${options} --operator-key-file operator-key`;
  return (
    <details style={{ marginTop: 12 }}>
      <summary>{words.addressChoice.ways}</summary>
      <ul className="ways">
        <li>
          <strong>{words.addressChoice.network}</strong> {words.addressChoice.networkText}
          <pre>{[OPERATOR_KEY, start("--host 0.0.0.0")].join("\n")}</pre>
        </li>
        <li>
          <strong>{words.addressChoice.tunnel}</strong> {words.addressChoice.tunnelText(port === "" ? "80" : port)}
          <pre>{[OPERATOR_KEY, start("--origin https://NAME.example")].join("\n")}</pre>
        </li>
        <li>
          <strong>{words.addressChoice.server}</strong> {words.addressChoice.serverText(<code>{GUIDE}</code>)}
        </li>
      </ul>
    </details>
  );
}
