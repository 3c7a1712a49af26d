// The page of a sweep: its button Stop. What has come stays.
{
  const button = document.getElementById("stop");
  const told = document.getElementById("stopped");
  const { classList } = document.documentElement;

  /** Takes the button away: no more runs come. */
  const end = () => {
    if (button) button.hidden = true;
  };

  classList.add("script");
  button?.addEventListener("click", () => {
    stop(); // the browser reads no more, and so the server computes no more
    classList.add("stopped");
    if (told) told.textContent = "Stopped";
    end();
  });
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", end);
  else end();
}
