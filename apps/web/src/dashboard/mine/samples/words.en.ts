export const en = {
  samplesPanel: {
    title: "What it answers",
    hint: "The same few of this tab's test rows after every round, each with the newest answer of every adapter. Texts end after 12 tokens. Neither rows nor answers are sent to anyone.",
    stayHere: "rows and answers stay in this tab",
    after: "After",
    expected: "expected",
    nothing: "nothing",
    right: "as expected",
    ofAlone: "of learning alone",
    ofRound: (round: number) => `of round ${round}`,
    line: (line: number) => `line ${line}`,
  },
};
