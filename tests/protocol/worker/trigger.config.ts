import { defineConfig } from "@trigger.dev/sdk";

export default defineConfig({
  project: "proj_protocol",
  dirs: ["./trigger"],
  runtime: "node",
  maxDuration: 600,
  processKeepAlive: { enabled: true },
});
