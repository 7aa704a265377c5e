import type { ChatEdit } from "../tools/chat-edit.ts";
import { withRows, type RowList } from "./row-list.ts";
import type { InboxRow, Listing } from "./row.ts";

/** What a person did to a chat of the list, until the database says so. */
export interface PendingEdit {
  edit: ChatEdit;
  /** The chat as it was before. */
  row: InboxRow;
}

/** The list as it will be once these edits are made, in that order. */
export function foreseeEdits(list: RowList, listing: Listing, edits: PendingEdit[]): RowList {
  return edits.reduce((list, { row, edit }) => {
    const next = edited(list.rows.find(({ id }) => id === row.id) ?? row, edit);
    return withRows(list, listing, [row.id], next ? [next] : []);
  }, list);
}

/** Null: it is in no list any more. */
export function edited(row: InboxRow, edit: ChatEdit): InboxRow | null {
  switch (edit.type) {
    case "rename":
      return { ...row, title: edit.title };
    case "pin":
      return { ...row, isPinned: edit.isPinned };
    case "archive":
      return { ...row, isArchived: edit.isArchived };
    case "unread":
      return { ...row, state: row.state ?? "Unread" };
    case "delete":
      return edit.isDeleted ? null : row;
  }
}

/** A newer wish of the same kind takes the place of an older one. */
export function withEdit(edits: PendingEdit[], added: PendingEdit): PendingEdit[] {
  return [...edits.filter(({ row, edit }) => row.id !== added.row.id || edit.type !== added.edit.type), added];
}
