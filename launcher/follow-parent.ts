/**
 * Preloaded into every Node child (`node --import`): ends it and its process group when the launcher is gone, even after
 * `kill -9`. The launcher holds the other end of the child's stdin and never writes to it.
 */
const launcher = Number(process.env.SKEIN_LAUNCHER_PID);

// Node hands `--import` on to processes this one forks: those have another parent and die with their group.
if (process.ppid === launcher) {
  process.stdin.on("end", () => {
    // Time to say goodbye to the engine or to open requests; then the group, this process included.
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.kill(-process.pid, "SIGKILL"), 1000);
  });
  process.stdin.on("error", () => {});
  process.stdin.resume();
  (process.stdin as unknown as { unref?: () => void }).unref?.();
}
