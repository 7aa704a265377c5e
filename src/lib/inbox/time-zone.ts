/**
 * Tells the server of the browser's time zone, by which it cuts the days, if it knows another one. A clock that shows what
 * it was told of is not asked for its name: that takes a browser 30 ms.
 */
export function tellTimeZone(known: { name: string; minutesAhead: number }): void {
  const isTold = document.cookie.includes(`${COOKIE}=`);
  if (isTold && new Date().getTimezoneOffset() === -known.minutesAhead) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (isTold && zone === known.name) return;
  document.cookie = `${COOKIE}=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}

const COOKIE = "skein-zone";
