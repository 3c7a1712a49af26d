package views

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/runtime"

	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestActAttributes: a button, a control and an element of the script's say the act, in their own
// words, and each what the script does around it.
func TestActAttributes(t *testing.T) {
	hint := `Turns "a" <b>.`
	acts := map[string]*Act{
		"turn":  NewAct("turn", hint, Traits{Stops: true, Looks: true, Restores: true, KeepsRun: true, NewRun: true, Sends: "table_text stroke"}),
		"plain": NewAct("plain", "", Traits{}),
		"stop":  NewAct("stop", hint, Traits{Stops: true}),
	}
	l := Lab{Acts: func(name string) *Act { return acts[name] }}
	const all = ` data-stops data-looks data-restores data-keeps-run data-new-run data-sends="table_text stroke"`
	const title = ` title="Turns &#34;a&#34; &lt;b&gt;."`
	for _, test := range []struct {
		name string
		got  templ.Attributer
		want string
	}{
		{"Act", l.Act("turn"), ` value="turn" name="act"` + title + all},
		{"ActAt", l.Act("turn 0.1"), ` value="turn 0.1" name="act"` + title + all},
		{"ActAgain", l.Act("turn"), ` value="turn" name="act"` + title + all},
		{"PlainAct", l.PlainAct("turn 2"), ` value="turn 2" name="act"` + all},
		{"Button", acts["stop"].Button(), ` value="stop" name="act"` + title + ` data-stops`},
		{"Change", l.Change("turn"), ` data-change="turn"` + all},
		{"Start", l.Start("turn"), ` data-act="turn"` + all},
		{"NoHint", l.Act("plain"), ` value="plain" name="act"`},
		{"NoTraits", l.Change("plain"), ` data-change="plain"`},
	} {
		var b strings.Builder
		if err := runtime.RenderAttributes(t.Context(), &b, &b, "button", test.got); err != nil || b.String() != test.want {
			t.Errorf("%s = %s, %v; want %s", test.name, b.String(), err, test.want)
		}
	}
}

// TestActUnknown: a page that asks for an act which is not there is not shown.
func TestActUnknown(t *testing.T) {
	l := sampleLab(t, dataset.Circles, nil)
	acts := l.Acts
	l.Acts = func(name string) *Act {
		if name == "clear" {
			return nil
		}
		return acts(name)
	}
	defer func() {
		if why, _ := recover().(string); !strings.Contains(why, "no act clear") {
			t.Errorf("a page with an act that is not there: %q; want a panic that names it", why)
		}
	}()
	render(t, Page(l))
}
