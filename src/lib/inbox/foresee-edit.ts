import type { ChatEdit } from "../tools/chat-edit.ts";
import type { InboxRow, InboxView } from "./row.ts";

/** What a person did to a chat of the list, until the database says so. */
export interface PendingEdit {
  chatId: string;
  edit: ChatEdit;
}

/** The list as it will be once these edits are made, in that order. */
export function foreseeEdits<Row extends InboxRow>(rows: Row[], edits: PendingEdit[], view: InboxView): Row[] {
  return edits.reduce(
    (rows, { chatId, edit }) => rows.flatMap((row) => (row.id === chatId ? edited(row, edit, view) : [row])),
    rows,
  );
}

function edited<Row extends InboxRow>(row: Row, edit: ChatEdit, view: InboxView): Row[] {
  switch (edit.type) {
    case "rename":
      return [{ ...row, title: edit.title }];
    case "pin":
      return [{ ...row, isPinned: edit.isPinned }];
    case "archive":
      return edit.isArchived === (view === "archived") ? [row] : [];
    case "unread":
      return [{ ...row, state: row.state ?? "Unread" }];
    case "delete":
      return edit.isDeleted ? [] : [row];
  }
}

/** A newer wish of the same kind takes the place of an older one. */
export function withEdit(edits: PendingEdit[], added: PendingEdit): PendingEdit[] {
  return [...edits.filter(({ chatId, edit }) => chatId !== added.chatId || edit.type !== added.edit.type), added];
}
