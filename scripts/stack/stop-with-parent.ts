// Loaded before a process that must not outlive the one that started it: when that one is gone, however it went, this
// one stops as if it had been asked to.

process.channel?.unref();
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
