import { Button, createTheme, defaultVariantColorsResolver, Input, type ModalProps, Paper, Tooltip } from "@mantine/core";
import { words } from "./words.ts";

const FILLED = { background: "var(--ink)", hover: "var(--ink-2)", color: "var(--on-ink)" };

/** Neutral on purpose: colour is reserved for the four adapters. Its sizes and colours are the tokens of styles.css. */
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
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "20px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "28px", xl: "28px" },
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
    // By its form alone: the first screen has no dialog, and does not wait for one.
    Modal: {
      // A dialog's head is no second banner of the page.
      defaultProps: {
        closeButtonProps: {
          get "aria-label"() {
            return words.theme.close;
          },
        },
        attributes: { header: { role: "presentation" } },
      } satisfies Partial<ModalProps>,
    },
    // Labels and fields of a line stand at one height, however long what is said of them is.
    InputWrapper: Input.Wrapper.extend({ defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true } }),
  },
});
