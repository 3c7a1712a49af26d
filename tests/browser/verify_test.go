package browser

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// TestBrowserVerify: a pupil opens a lesson with a goal, sees it reached, and hands in the link and the
// file; the teacher verifies them, and forged ones, on a page without script, and downloads the table.
func TestBrowserVerify(t *testing.T) {
	t.Parallel()
	s := start(t)
	const lesson = "?dataset=circles&points=60&test_fraction=0.2&goal=accuracy+90,units+16,data+untouched"
	p := s.open(t, laptop, at(lesson))
	p.pictures("goal", "#goal-card")
	if got := p.shown("#goal-card"); !strings.HasPrefix(got, "Your goal") || !strings.Contains(got, "accuracy at least 90 %") || !strings.Contains(got, "without touching the data") {
		t.Errorf("the goal is shown as %q", got)
	}
	p.train()
	contract.Eventually(t, "the goal is reached", func() bool { return strings.HasPrefix(p.shown("#goal-card"), "Your goal is reached") })
	p.pause()
	p.pictures("goal-reached", "#goal-card")
	dir := p.downloads()
	p.dialog("share")
	contract.Eventually(t, "the link", func() bool { return eval[bool](p, `!!document.querySelector("#journal-link")`) })
	p.pictures("goal-draft", "#goal")
	honest := eval[string](p, `document.getElementById("journal-link").href`)
	teacher := eval[string](p, `document.querySelector("#share a[href^='verify']").href`)
	p.click(`#share button[value="state"]`)
	file := p.downloaded(dir, "nnvisu_state.json")
	p.leave("share")
	p.change("a point", func() { p.dab(0.5, 0.5) })
	contract.Eventually(t, "the goal is missed", func() bool { return strings.Contains(p.shown("#goal-card"), "1 change") })
	p.dialog("share")
	contract.Eventually(t, "the other link", func() bool {
		return eval[bool](p, script(`![undefined, %s].includes(document.querySelector("#journal-link")?.href)`, honest))
	})
	touched := eval[string](p, `document.getElementById("journal-link").href`)
	p.leave("share")

	q := s.open(t, laptop)
	q.do("open the page for hand-ins", chromedp.Navigate(teacher))
	q.shows("#verify-form")
	q.pictures("verify-empty", "#verify-form")
	if got := q.holds("verify-lesson"); !strings.Contains(got, "goal=accuracy+90") {
		t.Errorf("the lesson of the page is %q", got)
	}
	cut := honest[:len(honest)-20]
	q.fill("verify-hand_ins", "Ada "+honest+"\nBob "+touched+"\nCarl "+cut+"\nDora "+honest+"\n")
	forged := regexp.MustCompile(`"weights":\[\[\[-?[\d.e-]+`).ReplaceAll(file, []byte(`"weights":[[[0.125`))
	q.upload("#verify-files", "eve.json", forged)
	q.upload("#verify-folder", "fred/fred.json", file)
	contract.Eventually(t, "the file of the folder", func() bool { return eval[int](q, `document.getElementById("verify-folder").files.length`) == 1 })
	q.click(`main button[type="submit"]`)
	q.shows("#verify-report")
	q.pictures("verify", "#verify-report")
	table := q.downloads()
	q.click("a[download]")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(q.downloaded(table, "hand-ins.csv")), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, fmt.Sprint(row[0], " ", row[1], " ", row[2], " ", strings.TrimPrefix(row[3], "accuracy 90; ")))
	}
	want := []string{
		"Ada holds true ", "Bob holds false data untouched", "Carl unreadable  ", "Dora holds true ", "eve.json weights true ", "fred.json holds true ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table says %q; want %q", got, want)
	}
	if got := q.shown(".hand-ins"); !strings.Contains(got, "the same run as Dora") || !strings.Contains(got, "other weights") {
		t.Errorf("the page shows %q", got)
	}
	if got := q.holds("verify-hand_ins"); !strings.HasPrefix(got, "Ada http") {
		t.Errorf("the links that stay are %q", got)
	}
	for _, colours := range []string{"light", "dark"} {
		q.scheme(colours)
		await[int](q, `Promise.all(document.getAnimations().map((a) => a.finished)).then((all) => all.length)`) // of buttons
		q.checkAxe(t)
	}
}

// shows waits until a page without script shows something.
func (p *tab) shows(selector string) {
	p.tb.Helper()
	contract.Eventually(p.tb, selector, func() bool {
		there, err := try[bool](p, script(`!(`+isLoading+`) && !!document.querySelector(%s)`, selector))
		return err == nil && there
	})
}

// pictures saves pictures of something on several screens, for people to look at.
func (p *tab) pictures(name, selector string) {
	p.tb.Helper()
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, screen := range []struct{ width, height int64 }{{1440, 900}, {360, 800}, {3840, 2160}} {
		for _, colours := range []string{"light", "dark"} {
			p.size(screen.width, screen.height, screen.width == 360)
			p.scheme(colours)
			p.run(script(`document.querySelector(%s).scrollIntoView()`, selector))
			p.screenshot(dir, fmt.Sprintf("%s-%s-%d", name, colours, screen.width))
		}
	}
	p.scheme("light")
	p.size(1440, 900, false)
}
