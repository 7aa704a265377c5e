import adapter from "@sveltejs/adapter-node";

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter(),
    // A style sheet of some rules costs less in the page than a request.
    inlineStyleThreshold: 1024,
    csp: {
      mode: "nonce",
      directives: {
        "default-src": ["self"],
        "script-src": ["self"],
        // Highlighted code and measured heights carry style attributes; a style cannot run anything.
        "style-src": ["self", "unsafe-inline"],
        // A model must not be able to send what it knows to a stranger through the address of an image.
        "img-src": ["self", "data:", "blob:"],
        "font-src": ["self"],
        // hooks.server.ts adds Trigger.dev's origin when the streams come from there.
        "connect-src": ["self"],
        "object-src": ["none"],
        "base-uri": ["self"],
        "form-action": ["self"],
        "frame-ancestors": ["none"],
      },
    },
    typescript: {
      // The whole tree is one TypeScript project, not only src/.
      config: (config) => ({
        ...config,
        include: [
          ...config.include,
          "../migrations/**/*.ts",
          "../trigger/**/*.ts",
          "../engine/**/*.ts",
          "../launcher/**/*.ts",
          "../tests/**/*.ts",
          "../bench/**/*.ts",
          "../*.ts",
        ],
      }),
    },
  },
};
