package browser

import "testing"

// TestBrowserDialogsOnPhones: however long a dialog is, a phone shows the way out of it and its main
// button at once, and the heading has no empty place above it.
func TestBrowserDialogsOnPhones(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone, provoking(saysRefused))
	p.size(360, 640, true)
	p.endTour()
	check := func(id string) {
		t.Helper()
		p.settled()
		judge(t, eval[[]string](p, script(`((dialog) => {
			const problems = [];
			const box = dialog.getBoundingClientRect();
			const above = dialog.querySelector("h2").getBoundingClientRect().top - box.top;
			if (above > 24) problems.push(dialog.id + " has " + above + " px above its heading");
			const seen = [...dialog.querySelectorAll("[data-close-dialog], .primary")].filter((e) => e.checkVisibility());
			if (!seen.length) problems.push(dialog.id + " has no way out");
			for (const button of seen) {
				const { left, right, top, bottom } = button.getBoundingClientRect();
				const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
				if (!button.contains(at)) problems.push(dialog.id + ": " + button.textContent + " is out of sight, at " + top + " px");
			}
			return problems;
		})(document.getElementById(%s))`, id)))
	}
	for _, id := range eval[[]string](p, `Array.from(document.querySelectorAll("dialog"), (e) => e.id)`) {
		p.part(id, func(*testing.T) {
			p.openDialog(id)
			check(id)
			p.run(script(`(() => { const d = document.getElementById(%s); d.scrollTop = d.scrollHeight; })()`, id))
			check(id)
			p.run(script(`document.getElementById(%s).close()`, id))
		})
	}
}
