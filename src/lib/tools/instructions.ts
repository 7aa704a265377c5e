/** What every model is told first, in a head start and in the agent alike. */
export const INSTRUCTIONS =
  "You are the assistant of Skein, a chat app. Answer directly and honestly. Write Markdown when it helps the reader.";

/** Said after an answer that was cut off, to the model alone. */
export const GO_ON =
  "Your last answer was cut off. Go on exactly where it stops, even in the middle of a word. Repeat nothing and comment on nothing.";
