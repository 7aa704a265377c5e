import { createContext } from "svelte";
import { EnterChoice } from "$lib/components/composer/enter-choice.svelte.ts";
import { Theme } from "$lib/components/ui/theme.svelte.ts";

/** What a person has set, shared by the parts of a page. */
export class Settings {
  /** The model that new chats begin with. */
  defaultModel = $state("");
  readonly enter = new EnterChoice();
  readonly theme = new Theme();

  constructor(defaultModel: string) {
    this.defaultModel = defaultModel;
  }
}

export const [getSettings, setSettings] = createContext<Settings>();
