import { Button } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { CompareChart } from "../front/CompareChart.tsx";
import { words } from "../front/past/words.ts";
import { comparedFacts, comparedIn, comparisonWarning } from "../front/pastView.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { federationPath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";

/** Finished federations of this browser side by side: how they were made, and what each brought this client. */
export function ComparePage() {
  const { search } = useLocation();
  const runs = comparedIn(search, useServices().storage.past());
  const warning = comparisonWarning(runs);
  return (
    <Shell title={words.comparePage.compare}>
      <div className="column" style={{ marginTop: 14 }}>
        <h1 style={{ margin: 0 }}>{words.comparePage.compare}</h1>
        {runs.length < 2 ? (
          <p>
            {words.comparePage.takesTwo}
            <Button component={Link} to="/" size="xs" variant="default">
              {words.comparePage.frontPage}
            </Button>
          </p>
        ) : (
          <>
            {warning && <p className="muted">{warning}</p>}
            <Panel title={words.comparePage.accuracyTitle} hint={words.comparePage.accuracyHint}>
              <CompareChart runs={runs} />
            </Panel>
            <Panel title={words.comparePage.sideBySide} hint={words.comparePage.sideBySideHint}>
              <Scroll label={words.comparePage.tableLabel}>
                <table className="plain sideBySide" style={{ minWidth: 96 * (runs.length + 1) }}>
                  <thead>
                    <tr>
                      <th>
                        <span className="visuallyHidden">{words.comparePage.ofEach}</span>
                      </th>
                      {runs.map(({ federationId, config, identity }) => (
                        <th key={federationId} scope="col">
                          {identity ? (
                            <Link to={federationPath(federationId, identity.inviteToken)}>{config.name}</Link>
                          ) : (
                            config.name
                          )}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {comparedFacts(runs).map(({ label, values }) => (
                      <tr key={label}>
                        <th scope="row">{label}</th>
                        {values.map((value, index) => (
                          <td key={runs[index]?.federationId}>{value}</td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            </Panel>
          </>
        )}
      </div>
    </Shell>
  );
}
