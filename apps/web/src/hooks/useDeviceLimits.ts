import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { useEffect, useState } from "react";
import { useServices } from "./ServicesContext.tsx";

/** How much memory this device allows; null until that is known, and where it cannot be asked: then loading will tell. */
export function useDeviceLimits(): DeviceLimits | null {
  const services = useServices();
  const [limits, setLimits] = useState<DeviceLimits | null>(null);
  useEffect(() => {
    let isShown = true;
    services.deviceLimits().then(
      (found) => isShown && setLimits(found),
      () => {},
    );
    return () => {
      isShown = false;
    };
  }, [services]);
  return limits;
}
