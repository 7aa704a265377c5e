/**
 * Preloaded into every Node child (`node --import`): ends it and its process group when the launcher is gone, even after
 * `kill -9`. The launcher holds the other end of the child's stdin and never writes to it.
 */
const launcher = Number(process.env.SKEIN_LAUNCHER_PID);

// Node hands `--import` on to processes this one forks: those have another parent and die with their group.
if (process.ppid === launcher) {
  process.stdin.on("end", () => {
    const endGroup = () => process.kill(-process.pid, "SIGKILL");
    // Time to say goodbye to the engine or to open requests; then the group, this process included. Whoever leaves sooner
    // takes it along: a bundler of the worker's would stay.
    process.once("exit", endGroup);
    setTimeout(endGroup, 1000);
    process.kill(-process.pid, "SIGTERM");
  });
  process.stdin.on("error", () => {});
  process.stdin.resume();
  (process.stdin as unknown as { unref?: () => void }).unref?.();
}
