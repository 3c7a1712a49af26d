// The page of a sweep: its button Stop. What has come stays.
const stop = document.getElementById("stop");
const stopped = document.getElementById("stopped");

/** Takes the button away: no more runs come. */
function end() {
  if (stop) stop.hidden = true;
}

document.documentElement.classList.add("script");
stop?.addEventListener("click", () => {
  globalThis.stop(); // the browser reads no more, and so the server computes no more
  document.documentElement.classList.add("stopped");
  if (stopped) stopped.textContent = "Stopped";
  end();
});
if (document.readyState === "loading") addEventListener("DOMContentLoaded", end);
else end();
