import { app } from "$lib/server/app.ts";
import { takeCredentials } from "$lib/server/credential-action.ts";
import type { Actions } from "./$types";

export const actions: Actions = {
  default: (event) => takeCredentials(event, app().auth, "signUp"),
};
