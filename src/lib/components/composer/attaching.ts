/** Everything that a first file needs and a message without files does not: one thing to load. */
export { Attachments } from "./attachments.svelte.ts";
export { default as AttachmentList } from "./Attachments.svelte";
