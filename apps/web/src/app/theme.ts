import { Button, createTheme, defaultVariantColorsResolver, Modal, Paper, Tooltip } from "@mantine/core";

const FILLED = { background: "var(--duet-primary)", hover: "var(--duet-primary-hover)", color: "var(--duet-on-primary)" };

/** Neutral on purpose: colour is reserved for the four adapters. Text and surfaces have at least 4.5:1 in both schemes (styles.css). */
export const theme = createTheme({
  primaryColor: "dark",
  primaryShade: { light: 8, dark: 1 },
  // The library takes one text colour for both schemes; here it changes with the surface.
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === "filled" ? FILLED : {}),
  }),
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
    // Said, so that its colours come from the resolver above.
    Button: Button.extend({ defaultProps: { variant: "filled" } }),
    Modal: Modal.extend({
      // A dialog's head is no second banner of the page.
      defaultProps: { closeButtonProps: { "aria-label": "Close" }, attributes: { header: { role: "presentation" } } },
    }),
    Paper: Paper.extend({ defaultProps: { withBorder: true } }),
  },
});
