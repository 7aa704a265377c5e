import adapter from "@sveltejs/adapter-node";

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter(),
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
