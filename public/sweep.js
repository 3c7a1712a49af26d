// The page of a sweep: its button Stop, and what its runs tell so far. What has come stays.
{
  const button = document.getElementById("stop");
  const told = document.getElementById("stopped");
  const { classList } = document.documentElement;
  const answers = document.getElementsByClassName("sweep-answer");

  /** Moves what runs bring to where the answer will be, once something follows it. */
  const gather = () => {
    const after = document.querySelectorAll(".so-far + p");
    const [card] = answers;
    if (after.length === 0 || card.contains(document.activeElement)) return; // someone reads there
    card.replaceChildren(...Array.from(after, (p) => p.previousElementSibling ?? p));
    card.removeAttribute("aria-hidden");
  };

  const watch = new MutationObserver(gather);

  /** No more runs come. @param {string} why */
  const end = (why) => {
    gather();
    watch.disconnect(); // a late move would replace the answer
    if (button) button.hidden = true;
    if (answers[1]) answers[0].remove();
    else if (told && !told.textContent) told.textContent = why;
    classList.add("stopped");
  };

  classList.add("script");
  watch.observe(document, { childList: true, subtree: true });
  gather();
  button?.addEventListener("click", () => {
    stop(); // the browser reads no more, and so the server computes no more
    end("Stopped");
  });
  addEventListener("load", () => end("Broken off"));
}
