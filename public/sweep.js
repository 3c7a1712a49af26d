// The page of a sweep: its button Stop, and what its runs tell so far.
{
  const button = document.getElementById("stop");
  const told = document.getElementById("stopped");
  const { dataset, classList } = document.documentElement;
  const answers = document.getElementsByClassName("sweep-answer");
  let timer = 0;

  /** Moves what runs tell to the answer's place, once something follows it. */
  const gather = () => {
    const after = document.querySelectorAll(".so-far + p");
    const [card] = answers;
    if (!after.length || card.contains(document.activeElement)) return; // someone reads there
    card.replaceChildren(...Array.from(after, (p) => p.previousElementSibling ?? p));
    card.removeAttribute("aria-hidden");
  };

  /** No more runs come. @param {string} why */
  const end = (why) => {
    stop(); // the server computes no more
    gather();
    watch.disconnect(); // a late move would hide the answer
    clearTimeout(timer);
    if (answers[1]) answers[0].remove();
    else if (told) told.textContent ||= why;
    classList.add("stopped");
  };

  const breakOff = () => end("Broken off");

  const hear = () => {
    clearTimeout(timer);
    timer = setTimeout(breakOff, 1000 * Number(dataset.silence));
    gather();
  };

  const watch = new MutationObserver(hear);
  watch.observe(document, { childList: true, subtree: true });
  classList.add("script");
  hear();
  button?.addEventListener("click", () => end("Stopped"));
  addEventListener("load", breakOff);
}
