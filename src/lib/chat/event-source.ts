import type { Connect } from "./connection.ts";

/** Server-sent events as the browser reads them: a connection that is lost it restores by itself, a refused one it gives up. */
export function eventSource(url: string): Connect {
  return ({ onopen, ondata, onlost }) => {
    const source = new EventSource(url);
    source.onopen = onopen;
    source.onmessage = ({ data }: MessageEvent<string>) => ondata(data);
    source.onerror = () => onlost(source.readyState === EventSource.CLOSED);
    return () => source.close();
  };
}
