interface Shortcut {
  does: string;
  /** Pressed together; `Mod` is Command on a Mac and Control elsewhere. */
  keys: string[];
}

/** All keys there are, as the list shows them. */
export const SHORTCUTS: { where: string; shortcuts: Shortcut[] }[] = [
  {
    where: "Everywhere",
    shortcuts: [
      { does: "Search chats", keys: ["Mod", "K"] },
      { does: "New chat", keys: ["Mod", "Shift", "O"] },
      { does: "Previous chat", keys: ["Alt", "↑"] },
      { does: "Next chat", keys: ["Alt", "↓"] },
      { does: "Show this list", keys: ["?"] },
    ],
  },
  {
    where: "In a chat",
    shortcuts: [
      { does: "Next message of yours", keys: ["J"] },
      { does: "Previous message of yours", keys: ["K"] },
      { does: "Copy the last answer", keys: ["Mod", "Shift", "C"] },
    ],
  },
  {
    where: "While writing",
    shortcuts: [
      { does: "Send", keys: ["Enter"] },
      { does: "New line", keys: ["Shift", "Enter"] },
      { does: "While an answer runs: queue instead of steer, or steer instead of queue", keys: ["Mod", "Enter"] },
      { does: "Stop the answer", keys: ["Esc"] },
      { does: "Edit your last message, with nothing written", keys: ["↑"] },
    ],
  },
];

const ON_A_MAC: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };

/** What is written on that key. */
export const labelOf = (key: string, isMac: boolean): string =>
  (isMac ? ON_A_MAC[key] : undefined) ?? (key === "Mod" ? "Ctrl" : key);
