import { resolve } from "$app/paths";

/** Throws when it was not saved. */
export async function saveDefaultModel(defaultModel: string): Promise<void> {
  const response = await fetch(resolve("/api/settings"), {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ defaultModel }),
  });
  if (!response.ok) throw new Error(`The settings were answered with ${response.status}.`);
}
