package handlers

import (
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
)

// TestVerifyLinks: a link that leads over another site is unwrapped, and one without a run is told from a
// journal that was damaged. A run that does not hold has reached nothing.
func TestVerifyLinks(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	link := "https://example.org/?journal=" + handInOf(t, s, j, j, state, lossOf(t, state))
	file := "https://example.org/?hide=until#state=" + packed(t, savedText(t, export.File{State: state, Journal: journalOf(strings.TrimPrefix(link, "https://example.org/?journal="))}))
	safe := func(link string) string {
		return "https://eur02.safelinks.example.com/?url=" + url.QueryEscape(link) + "&data=05%7C02%7Cada%40school.example%7C0&sdata=aB%2Fc%3D&reserved=0"
	}
	google := func(link string) string {
		return "https://www.google.com/url?q=" + url.QueryEscape(link) + "&sa=D&source=editors&ust=17&usg=AOv"
	}
	defended := "https://urldefense.com/v3/__" + link + "__;!!CQl3mcHX2A!Kd_9-x$"
	for text, want := range map[string]string{
		safe(link):     "holds",
		defended:       "holds",
		safe(defended): "holds",
		"https://urldefense.proofpoint.com/v2/url?u=" + strings.NewReplacer("-", "-2D", "_", "-5F", ":", "-3A", "/", "_", "?", "-3F", "=", "-3D").Replace(link) + "&d=DwMFaQ&c=x": "holds",
		"https://urldefense.com/v3/__https://example.org/*journal=AQ__;Pw!!C$":                                                                                                    "cannot be read",
		safe(file): "holds",
		"https://eur02.safelinks.example.com/?url=https%3A%2F%2Fexample.org%2F%3Fhide%3Duntil&reserved=0#" + strings.SplitN(file, "#", 2)[1]: "holds",
		google(link):       "holds",
		google(safe(link)): "holds",
		"https://www.google.com/url?q=" + strings.NewReplacer("=", "%3D", "&", "%26").Replace(link) + "&sa=D": "holds",
		"https://www.google.com/url?sa=t&url=" + url.QueryEscape(link):                                        "holds",
		"https://l.facebook.com/l.php?u=" + url.QueryEscape(link) + "&h=AT0":                                  "holds",
		google(google(google(google(link)))):                                                                  "this is a link without a run",
		"https://urldefense.example.com/v2/url?u=https-3A__example.org_-3Fjournal-3DAQ&d=Dw":                  "is no text of a journal",
		"https://example.org/?dataset=moons&steps=200":                                                        "this is the short link of a lab, without what was done",
		"?dataset=moons&goal=units+3":                                                                         "this is the short link of a lab, without what was done",
		"https://safe.example.com/?url=" + url.QueryEscape("https://x/?steps=2"):                              "this is the short link of a lab",
		"https://example.org/somewhere":                                                                       "this is a link without a run",
		"AQAA":                                                                                                "is no text of a journal",
	} {
		page := postHandIns(t, s, "", "Ada "+text, nil).Body.String()
		if row := tableOf(t, page)[1]; row[0] != "Ada" || !strings.Contains(row[1]+" "+row[len(row)-1], want) {
			t.Errorf("%s is %q; want %q", text, row, want)
		}
	}
	page := postHandIns(t, s, "?"+lessonRecipe+"&data_seed=77&goal=steps 100000", "Ada "+link, nil).Body.String()
	if !strings.Contains(page, "cannot be relied on; 0 of 1 with a goal have reached it.") {
		t.Errorf("a run of another lesson: %.3000s", page)
	}
}

// TestVerifyWrappedLesson: the link of a lesson is unwrapped, too, also one that has nothing but its place.
func TestVerifyWrappedLesson(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	own := handInOf(t, s, j, j, state, lossOf(t, state))
	for lesson, want := range map[string]handin.Verdict{
		"https://example.org/?" + lessonRecipe: handin.Holds,
		"https://example.org/":                 handin.Seed, // what a first visit shows
	} {
		for _, wrapped := range []string{lesson, "https://safe.example.com/?url=" + url.QueryEscape(lesson) + "&data=05", "https://www.google.com/url?q=" + url.QueryEscape(lesson)} {
			if _, got := verifyAll(t, s, wrapped, own); len(got.HandIns) != 1 || got.HandIns[0].Verdict != want {
				t.Errorf("%s: %+v, %+v; want %q", wrapped, got.HandIns, got.Error, want)
			}
		}
	}
}
