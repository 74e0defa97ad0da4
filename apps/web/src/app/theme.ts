import { createTheme, Paper, Tooltip } from "@mantine/core";

/** Neutral on purpose: colour is reserved for the four adapters. */
export const theme = createTheme({
  primaryColor: "dark",
  primaryShade: { light: 8, dark: 1 },
  autoContrast: true,
  luminanceThreshold: 0.4,
  defaultRadius: 8,
  cursorType: "pointer",
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: "600" },
  components: {
    Tooltip: Tooltip.extend({
      defaultProps: {
        multiline: true,
        maw: 300,
        withArrow: true,
        openDelay: 200,
        events: { hover: true, focus: true, touch: true },
      },
    }),
    Paper: Paper.extend({ defaultProps: { withBorder: true } }),
  },
});
