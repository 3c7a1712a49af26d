package browser

import (
	"strings"
	"testing"
)

// recordsPosts notes in window.testPosts what every post says of its coding, and how long it is.
const recordsPosts = `
	window.testPosts = [];
	const sends = window.fetch;
	window.fetch = (address, request) => {
		const headers = new Headers(request.headers);
		testPosts.push([String(address), headers.get("Content-Encoding") ?? "", request.body.byteLength ?? String(request.body).length].join(" "));
		return sends(address, request);
	};`

// TestBrowserCompress: what the page posts is compressed where it is long, and where the browser
// cannot, it is not; training, edits and going on after a reload are the same.
func TestBrowserCompress(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, test := range []struct{ name, script, coding string }{
		{"Gzip", "", "gzip"},
		{"Plain", "delete window.CompressionStream;", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := s.open(t, before(test.script+recordsPosts))
			first := p.look().state
			trained := p.trainTo(8)
			s.checkLaw(t, first, trained)
			p.move(p.at(0.2, 0.3)) // which asks for the outputs there
			p.step(1)
			v := p.until("a step", func(v view) bool { return ready(v) && v.steps() == trained.steps()+1 })
			s.checkLaw(t, first, v)
			sizes := map[string]int{}
			for _, post := range eval[[]string](p, "testPosts") {
				fields := strings.Split(post, " ")
				if got := fields[1]; got != test.coding {
					t.Errorf("the page posts %q in the coding %q; want %q", fields[0], got, test.coding)
				}
				sizes[fields[0]] = number(fields[len(fields)-1])
			}
			for _, path := range []string{"train", "step"} {
				size, state := sizes[path], len(v.Config)+len(v.Network)+len(v.Data)
				if size == 0 || test.coding != "" && size > state/2 || test.coding == "" && size < state {
					t.Errorf("the post to %s has %d bytes, the state %d characters; sizes are %v", path, size, state, sizes)
				}
			}
			if diff := p.reload().differs(v.state); diff != "" {
				t.Errorf("after a reload the page has another state: %s", diff)
			}
			s.checkLaw(t, first, p.trainTo(v.steps()+4))
		})
	}
}
