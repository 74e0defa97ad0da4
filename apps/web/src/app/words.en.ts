export const en = {
  shell: {
    dark: "Switch to dark colours",
    light: "Switch to light colours",
    skip: "Skip to the content",
    frontPage: "Duet, front page",
    glossary: "Glossary",
    awayText: "This tab keeps its work, keeps trying, and goes on by itself once the coordinator is back.",
    away: "The coordinator is away",
    differ: "This page and the coordinator differ",
  },
  theme: {
    close: "Close",
  },
  errorBoundary: {
    heading: "This page failed",
    next: "It could not be drawn. What this browser keeps of your federations is not lost: reload the page. If it fails again, go to the front page, and report what stands below.",
    reload: "Reload the page",
    frontPage: "Front page",
  },
  languageSwitch: {
    notFetched: (language: string) => `The words in ${language} could not be fetched. Check the network and press again.`,
  },
  lazyPage: {
    notLoaded: "Not loaded",
  },
};
