import type { Services } from "$lib/server/services.ts";
import type { Person } from "$lib/server/auth.ts";

declare global {
  namespace App {
    interface Locals {
      services: Services;
      /** Whoever asks. Pages always have someone (a guest is made at the first visit); an API route may not. */
      user: Person | null;
    }
    interface Error {
      message: string;
      /** Written to the server's log beside the cause, so that a report can be matched to it. */
      reference?: string;
    }
  }
}

export {};
