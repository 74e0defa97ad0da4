import type { ReactNode } from "react";

export const en = {
  watchItLearn: "Watch it learn",
  whatItIs: (federation: ReactNode, logs: ReactNode) => (
    <>
      A {federation} on sample medical terms: this tab and a simulated participant. Nothing to install, nobody to invite. The same
      with {logs}.
    </>
  ),
  notSignedIn: (signIn: ReactNode) => (
    <>On sample data it can be watched here by who may create federations: {signIn}, and come back to this page.</>
  ),
  signIn: "sign in",
  systemLogs: "system logs",
};
