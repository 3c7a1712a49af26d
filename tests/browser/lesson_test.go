package browser

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserLesson: a teacher writes a task, sees it as her class will, and hides and locks parts.
// Both links and the file bring all of that, and her own page stays as it is.
func TestBrowserLesson(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	end := p.trainTo(3)
	p.dialog("share")
	const task = "Find the *best* rate.\n\n- Try [a long one](?learning_rate=1).\n- <b>Say why.</b>"
	p.run(script(`((e) => { e.value = %s; e.dispatchEvent(new Event("input", {bubbles: true})) })(document.getElementById("assignment"))`, task))
	contract.Eventually(t, "the preview", func() bool { return strings.Contains(p.shown("#assignment-preview"), "<b>Say why.</b>") })
	for _, box := range []string{"[name=hide][value=settings]", "[name=hide][value=share]", "[name=lock][value=data]", "[name=lock][value=network]"} {
		p.click(box)
	}
	contract.Eventually(t, "the links say so", func() bool {
		return ready(p.look()) && strings.Contains(p.link("recipe-link"), "lock=data,network") && strings.Contains(p.link("recipe-link"), "assignment=")
	})
	if dir := os.Getenv("NNVISU_SCREENSHOTS"); dir != "" {
		p.screenshot(dir, "lesson-draft")
	}
	recipe, whole := p.link("recipe-link"), p.link("state-link")
	dir := p.downloads()
	p.click("#share button[value=state]")
	file := p.downloaded(dir, "nnvisu_state.json")
	p.leave("share")
	if p.seen("#lesson") || p.seen(".lock-note") {
		t.Error("the teacher's own page has the lesson")
	}
	if strings.Contains(whole, "assignment") {
		t.Errorf("the link to the state is %s; want the task in the state", brief(whole))
	}

	check := func(q *tab, what string) {
		t.Helper()
		contract.Eventually(t, "the task of "+what, func() bool { return q.seen("#lesson .assignment em") })
		if q.seen(".settings") || q.seen("[data-open=share]") || !q.seen("#data-card .lock-note") || !q.seen(".network .lock-note") || q.seen(".until .lock-note") {
			t.Errorf("%s hides or locks other parts", what)
		}
		q.run(`document.querySelector("#data-card .controls input").focus()`)
		if eval[bool](q, `document.activeElement.matches("#data-card input")`) {
			t.Errorf("%s: what is locked takes the focus", what)
		}
	}
	for what, link := range map[string]string{"the recipe": recipe, "the link to the state": whole} {
		q := s.open(t, at(link))
		v := q.until("the run of "+what, func(v view) bool { return ready(v) && !v.Pressed && v.Step == end.Step })
		if d := v.differs(end.state); d != "" {
			t.Errorf("%s leads to another state: %s", what, d)
		}
		check(q, what)
		q.reload()
		check(q, what+" after a reload")
		// A link in the task opens its recipe, and keeps the task and the locks.
		q.click("#lesson .assignment a")
		q.until("the recipe of the task", func(v view) bool { return ready(v) && v.setting(t, "learning_rate") == "1" })
		check(q, "a link in the task")
		// Where the address says nothing of a lesson there is none.
		free := q.open(t)
		if free.seen("#lesson") || free.seen(".lock-note") || !free.seen(".settings") {
			t.Errorf("the page itself has the lesson of %s", what)
		}
	}

	q := s.open(t)
	q.dialog("share")
	q.upload("[data-open-state]", "state.json", file)
	q.until("the file is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" })
	contract.Eventually(t, "the dialog is closed", func() bool { return !q.isOpen("share") })
	check(q, "the file")
	address := q.address("assignment=")
	if query, err := url.ParseQuery(strings.TrimPrefix(address, "?")); err != nil || query.Get("assignment") != task || query.Get("lock") != "data,network" {
		t.Errorf("the address is %s, %v; want the lesson in it", address, err)
	}
	q.reload()
	check(q, "the file after a reload")
	q.change("the points of before", q.undo)
	if q.seen("#lesson .assignment") || q.seen(".lock-note") || !q.seen(".settings") || strings.Contains(q.address(""), "assignment") {
		t.Error("Undo leaves the lesson of the file on the page")
	}

	q = s.open(t, provoking(saysRefused))
	q.dialog("share")
	q.run(`((e) => { e.value = "é".repeat(2001); e.dispatchEvent(new Event("input", {bubbles: true})) })(document.getElementById("assignment"))`)
	contract.Eventually(t, "that the task is too long", func() bool {
		return strings.Contains(q.besideField("assignment"), "at most 2\u202f000 characters; got 2\u202f001")
	})
	if q.holds("assignment") != strings.Repeat("é", 2001) {
		t.Error("the task that is too long is lost")
	}
}

// TestBrowserLessonWithoutScript: an experiment asks and answers without script, too.
func TestBrowserLessonWithoutScript(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, withoutScript, at("?experiment=xor-linear&lock=data"))
	if !p.seen("#experiment .before") || p.seen("#experiment .after") || !p.seen("#data-card .lock-note") {
		t.Error("the page without script has another card")
	}
	p.click("#guess-1")
	for _, step := range []string{"100", "200"} {
		p.click("button[name=steps][value='100']")
		contract.Eventually(t, "step "+step, func() bool { return p.shown("#step") == step }) // on another page
	}
	contract.Eventually(t, "the answer", func() bool { return p.seen("#experiment .after") })
	if !p.seen(".verdict.right") || !eval[bool](p, `document.getElementById("guess-1").checked`) {
		t.Error("the guess is lost")
	}
}

// TestBrowserLessonPictures saves pictures of the card; see TestBrowserScreenshots.
func TestBrowserLessonPictures(t *testing.T) {
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		t.Skip("NNVISU_SCREENSHOTS is not set")
	}
	s := start(t)
	link := at("?experiment=vanishing-gradients&lock=data,network&assignment=" + url.QueryEscape("Find out **why** deep networks were hard to train.\n\n1. Guess first.\n2. Train, and write down the gradients.\n3. Then try [shallow ones](?hidden_layers=8)."))
	for name, options := range map[string][]func(*tabOptions){
		"light": {laptop}, "dark": {laptop, dark}, "tablet": {wide(768)}, "phone": {phone}, "phone-dark": {phone, dark}, "no-script": {withoutScript},
	} {
		p := s.open(t, append(options, link)...)
		p.screenshot(dir, "lesson-"+name)
		if name == "no-script" {
			continue
		}
		p.click("#guess-2")
		p.train()
		p.until("the answer", func(v view) bool { return ready(v) && p.seen("#experiment .after") })
		p.run(`scrollTo(0, 0)`)
		p.screenshot(dir, "lesson-answered-"+name)
	}
}
