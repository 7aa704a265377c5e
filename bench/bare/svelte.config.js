import adapter from "@sveltejs/adapter-node";

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    // Among what is generated, so that no other tool looks at it.
    adapter: adapter({ out: ".svelte-kit/build", precompress: false }),
  },
};
