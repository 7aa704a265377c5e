import type { StreamdownProps, Theme } from "svelte-streamdown";

/**
 * Streamdown's classes, all of them ours: plain names that Markdown.svelte styles with the design tokens, so that none
 * of the library's own colours reach the page.
 */
export const markdownTheme: Theme = {
  link: { base: "", blocked: "" },
  h1: { base: "" },
  h2: { base: "" },
  h3: { base: "" },
  h4: { base: "" },
  h5: { base: "" },
  h6: { base: "" },
  paragraph: { base: "" },
  ul: { base: "" },
  ol: { base: "" },
  li: { base: "", checkbox: "" },
  code: {
    base: "",
    container: "",
    header: "hidden",
    buttons: "",
    language: "",
    skeleton: "line",
    pre: "",
    line: "line",
  },
  codespan: { base: "" },
  image: { base: "", image: "" },
  blockquote: { base: "" },
  alert: {
    base: "callout",
    title: "callout-title",
    icon: "callout-icon",
    note: "",
    tip: "",
    warning: "callout-warning",
    caution: "callout-danger",
    important: "",
  },
  table: { base: "table", table: "" },
  thead: { base: "" },
  tbody: { base: "" },
  tfoot: { base: "" },
  tr: { base: "" },
  td: { base: "" },
  th: { base: "" },
  sup: { base: "" },
  sub: { base: "" },
  hr: { base: "" },
  strong: { base: "" },
  mermaid: { base: "", icon: "", buttons: "" },
  math: { block: "", inline: "" },
  br: { base: "" },
  em: { base: "" },
  del: { base: "" },
  footnoteRef: { base: "footnote" },
  descriptionList: { base: "" },
  descriptionTerm: { base: "" },
  descriptionDetail: { base: "" },
  inlineCitation: {
    preview: "",
    carousel: { header: "", stepCounter: "", buttons: "", title: "", url: "", favicon: "" },
    list: { base: "", item: "", title: "", url: "", favicon: "" },
  },
  components: { button: "quiet-button", popover: "popover" },
};

/** Code coloured by the design tokens: one theme that is light and dark, and nothing to do when the theme changes. */
export const codeTheme: NonNullable<StreamdownProps["shikiThemes"]>[string] = {
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
};
