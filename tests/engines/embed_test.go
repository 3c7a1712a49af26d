package engines

import (
	"strconv"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/framed"
)

// A card is what a frame of a lesson says of itself: null if it is not there.
type card struct {
	Step    int    `json:"step"`
	State   string `json:"state"`
	Network string `json:"network"`
	Notice  string `json:"notice"`
	Height  int    `json:"height"`
	Told    int    `json:"told"`
}

// ask asks a frame of a lesson, after a click, and returns what it answered last.
func (p *page) ask(frame int, click string) *card {
	p.Helper()
	return eval[*card](p, `((i, click) => {
		const seen = (globalThis.seen ??= []);
		ask(i, click).then((view) => { seen[i] = view; });
		return seen[i] ?? null;
	})(%s, %s)`, strconv.Itoa(frame), click)
}

// card waits until a frame shows what is right.
func (p *page) card(frame int, what string, ok func(card) bool) (last card) {
	p.Helper()
	defer func() {
		if p.Failed() {
			p.Logf("card %d says last %+v", frame, last)
		}
	}()
	contract.Eventually(p, what, func() bool {
		c := p.ask(frame, "")
		if c != nil {
			last = *c
		}
		time.Sleep(50 * time.Millisecond)
		return c != nil && ok(*c)
	})
	return last
}

// TestEnginesEmbed: in each engine a page of another site shows two cards. They train apart, tell their
// heights, and go on after a reload. Where the browser denies storage they begin anew. A page that is
// not named shows none.
func TestEnginesEmbed(t *testing.T) {
	idle := func(c card) bool { return c.State == "idle" && c.Network != "" }
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			named, other := framed.Start(t, true), framed.Start(t, false)
			p := &page{driver: engine.start(t, false), T: t}
			p.must("resize", p.resize(1280, 900))
			const query = "dataset=moons&show=points"
			visit := func(address string) { p.Helper(); p.must("open "+address, p.open(address)) }

			visit(named.Lesson(400, query, query))
			p.card(0, "the card", idle)
			p.card(1, "the other", idle)
			p.ask(0, "#one-step")
			p.card(0, "a step", func(c card) bool { return idle(c) && c.Step == 1 })
			p.ask(1, "#train")
			p.card(1, "it trains", func(c card) bool { return c.Step > 5 })
			p.ask(1, "#train")
			end := p.card(1, "it rests", func(c card) bool { return idle(c) && c.Told == c.Height && c.Told > 300 })
			if c := p.card(0, "the first", idle); c.Step != 1 {
				t.Errorf("the first card has made %d steps", c.Step)
			}
			time.Sleep(1500 * time.Millisecond) // what is stored is stored after a second
			p.must("reload", p.reload())
			c := p.card(1, "the run after a reload", func(c card) bool { return idle(c) && c.Step > 0 })
			if c.Network != end.Network {
				t.Errorf("after a reload the card has made %d steps; want %d", c.Step, end.Step)
			}
			p.card(0, "the first after a reload", func(c card) bool { return idle(c) && c.Step == 1 })

			named.Blocked = true
			visit(named.Lesson(400, query))
			if c := p.card(0, "the card without storage", idle); c.Step != 0 || c.Notice != "" {
				t.Errorf("without storage the card has made %d steps and says %q", c.Step, c.Notice)
			}
			p.ask(0, "#one-step")
			p.card(0, "a step without storage", func(c card) bool { return idle(c) && c.Step == 1 })

			visit(other.Lesson(400, query))
			p.ask(0, "")
			time.Sleep(4 * time.Second) // longer than a question waits
			if c := p.ask(0, ""); c != nil {
				t.Errorf("a page that is not named shows %+v", c)
			}
		})
	}
}
