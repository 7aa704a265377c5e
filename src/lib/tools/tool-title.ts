/** `lookUpWeather` and `look_up_weather` read as "Look up weather". */
export function titleOfName(tool: string): string {
  const words = tool
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
