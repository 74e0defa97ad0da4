import { createContext, use } from "react";
import type { AppServices } from "../services/appServices.ts";

export const ServicesContext = createContext<AppServices | null>(null);

/** The tab's services. @throws {Error} outside of the app. */
export function useServices(): AppServices {
  const services = use(ServicesContext);
  if (!services) throw new Error("useServices outside of ServicesContext");
  return services;
}
