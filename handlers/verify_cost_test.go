package handlers

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// handInAsks returns for everything that a request with hand-ins can hold a request that has n of it.
func handInAsks(repeat func(before, unit, after string) func(n int) string) map[string]func(n int) ask {
	all := map[string]func(n int) ask{}
	for name, text := range map[string]func(n int) string{
		"Letters": repeat(``, `A`, ``), "Points": repeat(``, `.`, ``), "Blanks": repeat(`A`, ` `, `A`), "Link": repeat(`?journal=`, `A`, ``), "Wrapped": repeat(``, `http://a?url=`, ``),
		"Links": repeat(``, `?journal=A&`, ``), "Parameters": repeat(`?journal=A`, `&a#=1`, ``), "Escapes": repeat(`?journal=A`, `%41`, ``),
		"Entities": repeat(`?journal=A`, `&amp;`, ``), "Packed": repeat(`#state=`, `A`, ``), "Debris": repeat(`#state=A`, `.`, ``),
		"File": repeat(`{"type":"nnvisu_state","version":1,"data":[{"x":0,"y":0,"label":0}`, `,{"x":0.#,"y":0.5,"label":1}`, `],"journal":"A"}`),
	} {
		all["Verify/"+name] = func(n int) ask {
			return ask{http.MethodPost, "/verify", fmt.Sprintf(`{"hand_ins":[{"text":%q}]}`, text(n)), []string{"Content-Type", "application/json"}}
		}
		all["VerifyPage/"+name] = func(n int) ask {
			return ask{http.MethodPost, "/verify", "hand_ins=" + url.QueryEscape(text(n)), []string{"Content-Type", urlencoded, "Accept", "text/html"}}
		}
	}
	all["Verify/HandIns"] = func(n int) ask {
		return ask{http.MethodPost, "/verify", repeat(`{"hand_ins":[{}`, `,{}`, `]}`)(n), []string{"Content-Type", "application/json"}}
	}
	all["Verify/Lesson"] = func(n int) ask {
		return ask{http.MethodPost, "/verify", repeat(`{"hand_ins":[{}],"lesson":"`, `,`, `"}`)(n), []string{"Content-Type", "application/json"}}
	}
	all["VerifyPage/Lines"] = func(n int) ask {
		return ask{http.MethodPost, "/verify", "hand_ins=" + repeat("", "%0A", "x")(n), []string{"Content-Type", urlencoded, "Accept", "text/html"}}
	}
	return all
}

// packed returns a text as the full link has it.
func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// TestVerifyRoom: what a packed link takes when it is unpacked is bounded for all links of a request
// together, as that of a body is.
func TestVerifyRoom(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxBody = 1 << 20 })
	bomb := "#state=" + packed(t, strings.Repeat(" ", 700<<10))
	_, got := verifyAll(t, s, "", bomb, bomb, bomb)
	var codes []string
	for _, row := range got.HandIns {
		codes = append(codes, row.Error.Code)
	}
	if strings.Join(codes, " ") != "malformed too_large too_large" {
		t.Errorf("three links of 0.7 MB each in a request of 1 MiB: %s; want one that is read", codes)
	}
	j, state := honest(t, s)
	text := savedText(t, export.File{State: state, Journal: handInOf(t, s, j, j, state, lossOf(t, state))})
	_, got = verifyAll(t, s, "", "https://example.org/#state="+packed(t, text))
	if row := got.HandIns[0]; row.Verdict != "holds" {
		t.Errorf("a full link: %+v %+v", row, row.Error)
	}
}

// TestVerifyGivesMemoryBack: a request with many large networks reserves what one of them takes, and gives
// all of it back.
func TestVerifyGivesMemoryBack(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxMemory, c.MaxBody, c.Cache = 160<<20, 1<<20, 1 })
	wide := journalText(t, s, journal.Journal{Recipe: "dataset=xor&points=10&hidden_layers=" + strings.TrimSuffix(strings.Repeat("100,", 10), ","), Step: 1})
	texts := make([]string, 60)
	for i := range texts {
		texts[i] = wide
	}
	code, got := verifyAll(t, s, "", texts...)
	if code != http.StatusOK || got.HandIns[59].Verdict != "unclaimed" {
		t.Errorf("60 wide networks: %d %+v", code, got.Error)
	}
	if used := s.memory.Used(); used != 0 {
		t.Errorf("after it %d bytes are reserved", used)
	}
}
