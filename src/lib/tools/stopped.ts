/** What is said of a tool that somebody stopped, to the model and, by its state, to the person. */
export const STOPPED = "This was stopped.";
