import { error } from "@sveltejs/kit";

/** For those who develop Skein; elsewhere there is nothing here. */
export const load = () => {
  if (!import.meta.env.DEV) error(404, "There is nothing at this address.");
};
