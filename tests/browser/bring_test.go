package browser

import (
	"strings"
	"testing"
)

// TestBrowserDecimalComma: a decimal comma is read as a point wherever the page takes a number.
func TestBrowserDecimalComma(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	for _, field := range []string{"learning_rate", "test_fraction", "l1", "l2", "dropout", "schedule_factor"} {
		v := p.change("the setting "+field, func() { p.fill(field, "0,25") })
		if got := v.setting(t, field); got != "0.25" || p.besideField(field) != "" {
			t.Errorf("%s 0,25 is %s, %q; want 0.25", field, got, p.besideField(field))
		}
	}
	p.change("the noise", func() { p.fill("noise", "0,3") })
	if text := p.besideField("noise"); text != "" {
		t.Errorf("the noise 0,3: %q; want no error", text)
	}
	p.dialog("share")
	if link := eval[string](p, `document.getElementById("share").querySelector("a, input, output")?.closest("dialog").innerHTML ?? ""`); strings.Contains(link, "noise=0%2C3") || !strings.Contains(link, "noise=0.3") {
		t.Errorf("the link does not have noise=0.3: %s", brief(link))
	}
	p.leave("share")
	p.fill("until_loss", "100,5")
	p.train()
	v := p.until("the end of the run", func(v view) bool { return ready(v) && !v.Pressed && v.Notice != "" })
	if !strings.Contains(v.Notice, "100.5") {
		t.Errorf("the run ends with %q; want the loss 100.5", v.Notice)
	}
}

// TestBrowserForeign: a field that an extension of the browser puts into the page disturbs nothing.
func TestBrowserForeign(t *testing.T) {
	t.Parallel()
	for _, transport := range pageTransports {
		t.Run(transport.name, func(t *testing.T) {
			t.Parallel()
			p := start(t).open(t)
			p.by(transport.value)
			p.run(`document.getElementById("lab").insertAdjacentHTML("beforeend",
				'<input name="Ext_field" value="1"><textarea name="ext[]">a</textarea><input type="checkbox" name="on" checked>')`)
			from := p.trainTo(3)
			v := p.change("a layer", func() { p.act("add-layer") })
			if v.setting(t, "hidden_layers") != "[8,8,8]" || v.Step != from.Step || strings.Contains(v.Notice, "field") {
				t.Errorf("with foreign fields: %v; want a layer more", v)
			}
			p.change("a point", func() { p.dab(0.5, 0.5) })
			p.trainTo(v.steps() + 3)
		})
	}
}
