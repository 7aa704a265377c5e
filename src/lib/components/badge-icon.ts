/** The icon of a tab with a number on it, as a data URL. */
export function badgeIcon(count: number): string {
  const text = count > 9 ? "9+" : `${count}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="12" fill="#b45309"/><text x="12" y="17.5" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="${count > 9 ? 13 : 16}" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
