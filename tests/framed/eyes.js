// What a card answers in tests.
addEventListener("message", ({ data, source }) => {
  if (!data?.asks) return;
  if (data.click) document.querySelector(data.click).click();
  const root = document.documentElement;
  const text = (id) => document.getElementById(id)?.innerText.trim() ?? "";
  const seen = (e) => e.getClientRects().length > 0;
  const cards = [...document.querySelectorAll("main .card")].filter(seen);
  const covers = (a, b) => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    return p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
  };
  const view = {
    covered: cards.some((a, i) => cards.slice(i + 1).some((b) => covers(a, b))),
    step: Number(text("step").replace(/\D/g, "")),
    state: document.body?.dataset.state ?? "",
    script: root.classList.contains("script"),
    notice: `${text("notice")} ${text("told")}`.trim(),
    network: document.querySelector("[name=network]")?.value ?? "",
    data: document.querySelector("[name=data]")?.value ?? "",
    width: root.scrollWidth,
    inner: root.clientWidth,
    height: Math.ceil(document.body?.getBoundingClientRect().height ?? 0),
    parts: cards
      .map((e) => e.classList[1])
      .sort()
      .join(" "),
    dark: getComputedStyle(document.body).backgroundColor,
    whole: document.getElementById("whole")?.href ?? "",
    address: location.href,
  };
  source.postMessage({ answers: data.asks, view }, "*");
});
