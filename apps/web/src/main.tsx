import "@mantine/core/styles.css";
import "./app/styles.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import { theme } from "./app/theme.ts";
import { ServicesContext } from "./hooks/ServicesContext.tsx";
import { CreatedPage } from "./pages/CreatedPage.tsx";
import { FederationPage } from "./pages/FederationPage.tsx";
import { FrontPage } from "./pages/FrontPage.tsx";
import { JoinPage } from "./pages/JoinPage.tsx";
import { NewFederationPage } from "./pages/NewFederationPage.tsx";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { WatchPage } from "./pages/WatchPage.tsx";
import { createAppServices } from "./services/appServices.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <ServicesContext value={createAppServices()}>
        <BrowserRouter>
          <Routes>
            <Route path="/" element={<FrontPage />} />
            <Route path="/new" element={<NewFederationPage />} />
            <Route path="/created/:federationId" element={<CreatedPage />} />
            <Route path="/join/:federationId" element={<JoinPage />} />
            <Route path="/federation/:federationId/:view?" element={<FederationPage />} />
            <Route path="/watch/:federationId" element={<WatchPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </BrowserRouter>
      </ServicesContext>
    </MantineProvider>
  </StrictMode>,
);
