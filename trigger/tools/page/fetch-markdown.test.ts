import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { constants, createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../../tests/support/ports.ts";
import { fetchMarkdown } from "./fetch-markdown.ts";
import { isPublic, publicReach, type Reach } from "./public-address.ts";

const routes: Record<string, RequestListener> = {};
const open = new Set<ServerResponse>();
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.headers.host?.split(":")[0]}${request.url}`);
  open.add(response);
  response.on("close", () => open.delete(response));
  const route = routes[request.url ?? ""];
  if (route) void route(request, response);
  else response.writeHead(404).end();
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Only the server of this test is allowed beside what always is, and by one name. */
const OURS = { address: "127.0.0.1", family: 4 };
const reach: Reach = {
  resolve: (name) => (name === "site.test" ? Promise.resolve([OURS]) : publicReach.resolve(name)),
  isAllowed: (address) => address === OURS.address || isPublic(address),
};
const limits = { timeoutMs: 1000, maxBytes: 100_000 };
const get = (path: string, more: Parameters<typeof fetchMarkdown>[1] = {}) => {
  asked = [];
  return fetchMarkdown(path.startsWith("/") ? `http://site.test:${port}${path}` : path, { reach, ...more });
};
const serve = (path: string, type: string, body: string | Buffer, headers = {}) => {
  routes[path] = (_request, response) => response.writeHead(200, { "content-type": type, ...headers }).end(body);
};
const noneOpen = () => expect.poll(() => open.size).toBe(0);

describe("a page", () => {
  const sentences = "Lisbon is old, and it lies by the sea. ".repeat(20);

  it("is its article as Markdown, with addresses that lead somewhere", async () => {
    serve(
      "/lisbon/",
      "text/html; charset=utf-8",
      `<!doctype html><title>Days in Lisbon</title><nav><a href="/">Home</a></nav>
       <article><h2>The sea</h2><p>${sentences}</p><p><a href="../porto">Porto</a> <a href="javascript:x()">click</a>
       <img src="data:image/png;base64,AAAA" alt="dot"></p><script>evil()</script>
       <table><tr><th>a</th></tr><tr><td>1</td></tr></table><pre><code class="language-js">let a;</code></pre>
       <p>${sentences}</p></article><footer>Imprint</footer>`,
    );
    const page = await get("/lisbon/");
    expect(page).toMatchObject({ title: "Days in Lisbon", url: `http://site.test:${port}/lisbon/`, isCut: false });
    expect(Date.parse(page.fetchedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect(page.markdown).toContain("## The sea");
    expect(page.markdown).toContain(`[Porto](http://site.test:${port}/porto) click`);
    expect(page.markdown).toMatch(/\| a\s+\|/);
    expect(page.markdown).toContain("```js\nlet a;\n```");
    expect(page.markdown).not.toMatch(/evil|javascript:|data:|Home|Imprint/);
  });

  it("without an article is all of it, and without a title has its site's name", async () => {
    serve("/short", "text/html", "<h1>Hi</h1><p>Only <b>this</b>.</p><style>p{}</style>");
    expect(await get("/short")).toMatchObject({ title: "site.test", markdown: "# Hi\n\nOnly **this**." });
  });

  it("of plain text or Markdown is taken as it is, and data comes in a fence", async () => {
    serve("/text", "text/plain", "one\n  two\0");
    expect((await get("/text")).markdown).toBe("one\n  two");
    serve("/json", "application/ld+json", '{"a":"```"}');
    expect((await get("/json")).markdown).toBe('````json\n{"a":"```"}\n````');
    serve("/feed", "application/xml", "<a/>");
    expect((await get("/feed")).markdown).toBe("```xml\n<a/>\n```");
  });

  it.each([
    ["text/html; charset=iso-8859-1", Buffer.from("<p>caf\xe9</p>", "latin1")],
    ["text/html", Buffer.from('<meta charset="windows-1252"><p>caf\xe9</p>', "latin1")],
    ["text/html; charset=klingon", Buffer.from("<p>café</p>")],
    ["text/html; charset=UTF-8", Buffer.from("\ufeff<p>café</p>")],
  ])("is read in its own characters: %s", async (type, body) => {
    serve("/charset", type, body);
    expect((await get("/charset")).markdown).toBe("café");
  });

  it.each(["gzip", "identity"])("may be packed: %s", async (encoding) => {
    const body = encoding === "gzip" ? gzipSync("packed") : "packed";
    serve("/packed", "text/plain", body, { "content-encoding": encoding });
    expect((await get("/packed")).markdown).toBe("packed");
  });

  it("is cut when it is long, and says so", async () => {
    serve("/long", "text/plain", "😀".repeat(30_000));
    const { markdown, isCut } = await get("/long");
    expect(isCut).toBe(true);
    expect(markdown).toBe("😀".repeat(20_000));
  });

  it("is where its redirects lead", async () => {
    routes["/from"] = (_request, response) => response.writeHead(302, { location: "/to" }).end();
    serve("/to", "text/plain", "here");
    expect(await get("/from")).toMatchObject({ url: `http://site.test:${port}/to`, markdown: "here" });
  });
});

describe("what is not public", () => {
  const to = (host: string) => `http://${host}:${port}/secret`;
  serve("/secret", "text/plain", "secret");

  it.each(["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "localhost", "169.254.169.254"])(
    "is refused without a request: %s",
    async (host) => {
      await expect(get(to(host), { reach: publicReach })).rejects.toThrow(/is not on the public internet, and only/);
      expect(asked).toEqual([]);
    },
  );

  it("is refused behind a name", async () => {
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    await expect(get(to("innocent.example"), { reach: { ...publicReach, resolve } })).rejects.toThrow(
      "innocent.example is not on the public internet",
    );
    expect(asked).toEqual([]);
  });

  it.each(["http://[::1]:PORT/secret", "//169.254.169.254/latest", "http://localhost:PORT/secret", "http://0/"])(
    "is refused behind a redirect: %s",
    async (location) => {
      const strict: Reach = {
        resolve: reach.resolve,
        // The server of this test, at its first request alone.
        isAllowed: (address) => isPublic(address) || (address === OURS.address && asked.length === 0),
      };
      routes["/away"] = (_request, response) =>
        response.writeHead(301, { location: location.replace("PORT", String(port)) }).end();
      await expect(get("/away", { reach: strict })).rejects.toThrow(/is not on the public internet/);
      expect(asked).toEqual(["site.test/away"]);
    },
  );

  it("is not reached by a name that says something else the second time", async () => {
    const answers = [[OURS], [{ address: "127.0.0.2", family: 4 }]];
    let times = 0;
    const resolve = () => Promise.resolve(answers[times++] ?? []);
    serve("/twice", "text/plain", "the first");
    // Whoever asked again would be refused by nobody and find nothing there.
    const page = await get("/twice", { reach: { resolve, isAllowed: () => true } });
    expect([page.markdown, times]).toEqual(["the first", 1]);
  });

  it.each(["file:///etc/passwd", "http://user@site.test/", "gopher://site.test"])(
    "and no page either is refused behind a redirect: %s",
    async (location) => {
      routes["/elsewhere"] = (_request, response) => response.writeHead(307, { location }).end();
      await expect(get("/elsewhere")).rejects.toThrow(/cannot be fetched|can be fetched/);
    },
  );
});

describe("a page that wants too much", () => {
  const endless: RequestListener = (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(16_384)));
    };
    response.on("drain", more);
    more();
  };

  it("of 2 GB is cut, and the connection ended", async () => {
    routes["/promised"] = (request, response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-length": 2 ** 31 });
      void endless(request, response);
    };
    routes["/unsaid"] = (request, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      void endless(request, response);
    };
    for (const path of ["/promised", "/unsaid"]) {
      const { markdown, isCut } = await get(path, { limits });
      expect([markdown.length, isCut]).toEqual([40_000, true]);
      await noneOpen();
    }
  });

  it("is cut by what it is when unpacked", async () => {
    routes["/bomb"] = (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" });
      const zip = createGzip({ flush: constants.Z_SYNC_FLUSH });
      zip.pipe(response);
      const zeros = Buffer.alloc(1 << 20);
      const more = () => {
        while (!response.destroyed && zip.write(zeros));
      };
      zip.on("drain", more);
      more();
    };
    const before = process.memoryUsage().rss;
    expect(await get("/bomb", { limits })).toMatchObject({ isCut: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    await noneOpen();
  });

  it("may drip as slowly as it likes: it has so long in all", async () => {
    routes["/drip"] = (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    };
    routes["/silent"] = () => {};
    for (const path of ["/drip", "/silent"]) {
      await expect(get(path, { limits: { ...limits, timeoutMs: 300 } })).rejects.toThrow(
        "The page took longer than 0.3 seconds.",
      );
      await noneOpen();
    }
  });

  it("takes no longer if its name is never found", async () => {
    const resolve = () => new Promise<never>(() => {});
    const lost = get("http://slow.example/", { reach: { ...reach, resolve }, limits: { ...limits, timeoutMs: 100 } });
    await expect(lost).rejects.toThrow("took longer");
  });

  it("cannot send one round and round", async () => {
    routes["/round"] = (_request, response) => response.writeHead(302, { location: "/round" }).end();
    await expect(get("/round")).rejects.toThrow("more than 5 times");
    expect(asked).toHaveLength(6);
  });

  it("may be as tangled as it likes", async () => {
    serve("/tangled", "text/html", "<p>a<b>b".repeat(150_000));
    await expect(get("/tangled")).rejects.toThrow(/too complicated|took longer/);
    serve("/deep", "text/html", "<div>".repeat(50_000));
    await expect(get("/deep", { limits: { ...limits, maxBytes: 1e6 } })).rejects.toThrow(/too complicated|took longer/);
  });
});

describe("a page that cannot be read", () => {
  it.each(["image/png", "application/pdf", "application/octet-stream", "video/mp4", "text", ""])(
    "is refused by its type: %j",
    async (type) => {
      routes["/other"] = (_request, response) => {
        if (type !== "") response.setHeader("content-type", type);
        response.writeHead(200).write("x");
      };
      await expect(get("/other")).rejects.toThrow(/and not a page of text/);
      await noneOpen();
    },
  );

  it("says how it was refused", async () => {
    await expect(get("/nothing")).rejects.toThrow("site.test answered with 404 (Not Found).");
    routes["/broken"] = (_request, response) => {
      response
        .writeHead(200, { "content-type": "text/plain", "content-length": 100 })
        .write("x", () => response.destroy());
    };
    await expect(get("/broken")).rejects.toThrow("The page from site.test broke off.");
    routes["/garbled"] = (_request, response) =>
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end("not gzip");
    await expect(get("/garbled")).rejects.toThrow("The page from site.test broke off.");
    routes["/packed-oddly"] = (_request, response) =>
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "zstd-9" }).end("x");
    await expect(get("/packed-oddly")).rejects.toThrow("packed in a way");
    const [free] = await freePorts(1);
    await expect(get(`http://site.test:${free}/`)).rejects.toThrow("site.test could not be reached (ECONNREFUSED).");
    await expect(get(`https://site.test:${port}/`)).rejects.toThrow(/site\.test (could not be reached|has no valid)/);
  });

  it("is let go at once when the person stops", async () => {
    routes["/waiting"] = (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      response.flushHeaders();
      stop.abort(new Error("stopped"));
    };
    const stop = new AbortController();
    await expect(get("/waiting", { signal: stop.signal })).rejects.toThrow("stopped");
    await noneOpen();
    await expect(get("/waiting", { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    expect(asked).toEqual([]);
  });
});
