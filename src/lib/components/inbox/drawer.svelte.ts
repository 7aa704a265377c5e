import { createContext } from "svelte";

/** On phones the inbox is a drawer over the page; on wide screens it is always there and this says nothing. */
export class Drawer {
  isOpen = $state(false);

  open = () => {
    this.isOpen = true;
  };

  close = () => {
    this.isOpen = false;
  };
}

export const [getDrawer, setDrawer] = createContext<Drawer>();
