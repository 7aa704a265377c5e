import type { ThemeRegistration } from "shiki/types";

/** Code coloured by the design tokens: one theme that is light and dark, and nothing to do when the theme changes. */
export const codeTheme = {
  name: "skein",
  type: "dark",
  colors: { "editor.foreground": "var(--color-ink)", "editor.background": "var(--color-code)" },
  tokenColors: [
    { scope: ["comment", "punctuation.definition.comment"], settings: { foreground: "var(--color-code-comment)" } },
    {
      scope: ["keyword", "storage", "keyword.operator.new", "entity.name.tag", "constant.language"],
      settings: { foreground: "var(--color-code-keyword)" },
    },
    { scope: ["keyword.operator", "punctuation"], settings: { foreground: "var(--color-muted)" } },
    {
      scope: ["string", "punctuation.definition.string", "markup.inserted"],
      settings: { foreground: "var(--color-code-string)" },
    },
    {
      scope: ["constant.numeric", "constant.character", "entity.other.attribute-name", "variable.parameter"],
      settings: { foreground: "var(--color-code-number)" },
    },
    {
      scope: ["entity.name", "support", "markup.heading"],
      settings: { foreground: "var(--color-code-function)" },
    },
    { scope: ["markup.deleted", "invalid"], settings: { foreground: "var(--color-danger)" } },
  ],
} satisfies ThemeRegistration;
