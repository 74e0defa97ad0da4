import "@fontsource-variable/inter/wght.css";
import "./app/library.css";
import "./app/styles.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import { ErrorBoundary } from "./app/ErrorBoundary.tsx";
import { lazyPage } from "./app/lazyPage.tsx";
import { notStarted } from "./app/notStarted.ts";
import { theme } from "./app/theme.ts";
import { ServicesContext } from "./hooks/ServicesContext.tsx";
import { useFailureWords } from "./hooks/useFailureWords.ts";
import { basePath, strayFrom } from "./lib/baseUrl.ts";
import { HUB_SIGNED_IN_PATH, NEW_FEDERATION_PATH } from "./lib/links.ts";
import { FrontPage } from "./pages/FrontPage.tsx";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { createAppServices } from "./services/appServices.ts";
import { startLanguage } from "./services/pageLanguage.ts";

// What only some visitors need travels when they need it.
const ComparePage = lazyPage(async () => (await import("./pages/ComparePage.tsx")).ComparePage);
const CreatedPage = lazyPage(async () => (await import("./pages/CreatedPage.tsx")).CreatedPage);
const FederationPage = lazyPage(async () => (await import("./pages/FederationPage.tsx")).FederationPage);
const GlossaryPage = lazyPage(async () => (await import("./pages/GlossaryPage.tsx")).GlossaryPage);
const HubSignedInPage = lazyPage(async () => (await import("./pages/HubSignedInPage.tsx")).HubSignedInPage);
const JoinPage = lazyPage(async () => (await import("./pages/JoinPage.tsx")).JoinPage);
const NewFederationPage = lazyPage(async () => (await import("./pages/NewFederationPage.tsx")).NewFederationPage);
const OrganisePage = lazyPage(async () => (await import("./pages/OrganisePage.tsx")).OrganisePage);
const TeamPage = lazyPage(async () => (await import("./pages/TeamPage.tsx")).TeamPage);
const WatchPage = lazyPage(async () => (await import("./pages/WatchPage.tsx")).WatchPage);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const home = strayFrom(location.href);
if (home !== null) location.replace(home);

const services = createAppServices();

/** All of it is drawn again in another language; what it holds stays. */
function App() {
  useFailureWords();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <ServicesContext value={services}>
        <BrowserRouter basename={basePath()}>
          <Suspense fallback={null}>
            <Routes>
              <Route path="/" element={<FrontPage />} />
              <Route path={NEW_FEDERATION_PATH} element={<NewFederationPage />} />
              <Route path="/compare" element={<ComparePage />} />
              <Route path="/created/:federationId" element={<CreatedPage />} />
              <Route path="/join/:federationId" element={<JoinPage />} />
              <Route path="/federation/:federationId/:view?" element={<FederationPage />} />
              <Route path="/glossary" element={<GlossaryPage />} />
              <Route path="/organise/:federationId" element={<OrganisePage />} />
              <Route path="/team/:federationId" element={<TeamPage />} />
              <Route path="/watch/:federationId" element={<WatchPage />} />
              <Route path={HUB_SIGNED_IN_PATH} element={<HubSignedInPage />} />
              <Route path="*" element={<NotFoundPage />} />
            </Routes>
          </Suspense>
        </BrowserRouter>
      </ServicesContext>
    </MantineProvider>
  );
}

// Not awaited: the words' files need this one to be done. Until they are there, index.html says that it is loading.
void startLanguage().then(
  () =>
    createRoot(root).render(
      <StrictMode>
        <ErrorBoundary>
          <App />
        </ErrorBoundary>
      </StrictMode>,
    ),
  () => root.replaceChildren(notStarted()),
);
