/**
 * Classes 22 (data exception) and 54 (program limit exceeded) of SQLSTATE: a character no text can hold, a date or a
 * number out of range, a key too long for its index. 23505: a unique key that another row has.
 */
export function refusal(error: unknown): "value" | "taken" | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "23505") return "taken";
  return /^(22|54)[0-9A-Z]{3}$/.test(code) ? "value" : undefined;
}
