package handlers

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
)

const sharedRecipe = "/train?dataset=spiral&points=200&hidden_layers=8,8&steps=500&frame_steps=10"

// eventsOf returns the events of a stream of a recipe.
func eventsOf(tb testing.TB, s *Server, path string) []ssetest.Event {
	tb.Helper()
	w := serve(s, http.MethodGet, path, "")
	if w.Code != http.StatusOK {
		tb.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
	}
	return ssetest.Parse(w.Body.String())
}

func unshared(c *Config) { c.Cache = 0 }

// TestRecipeCrowd: thirty programs that stream a recipe at a time make the updates of one, and
// whoever streams it later none. All get the bytes that a server without a cache sends.
func TestRecipeCrowd(t *testing.T) {
	want := eventsOf(t, newTestServer(t, unshared), sharedRecipe)
	if len(want) != 51 {
		t.Fatalf("there are %d events; want 50 results and done", len(want))
	}
	s := newTestServer(t)
	srv := listen(t, s)
	for round := range 2 {
		var class sync.WaitGroup
		for i := range 30 {
			class.Go(func() {
				headers := []string{"Accept-Encoding", []string{"identity", "gzip"}[i%2]}
				_, body, err := fetch(t.Context(), srv, sharedRecipe, headers...)
				if i%2 == 1 {
					body = unpackedText(t, codingGzip, body)
				}
				if got := ssetest.Parse(body); err != nil || !slices.Equal(got, want) {
					t.Errorf("stream %d has %d events, %v; want the %d of one alone", i, len(got), err, len(want))
				}
			})
		}
		class.Wait()
		if n := sampleOf(t, s, "nnvisu_updates_total"); n != 500 {
			t.Errorf("in round %d there are %v updates; want the 500 of one stream", round, n)
		}
	}
	if got := s.finished.Stats(); got.Misses != 50 || got.Hits+got.Shared != 59*50 {
		t.Errorf("the cache counts %+v; want 50 misses", got)
	}
	waitForSample(t, s, "nnvisu_memory_bytes", 0)
	// The same points and settings are the same run, however they are written.
	for _, same := range []string{sharedRecipe + "&seed=1", sharedRecipe + "&learning_rate=3e-2&frame_ms=1&utm_source=mail"} {
		eventsOf(t, s, same)
	}
	if n := sampleOf(t, s, "nnvisu_updates_total"); n != 500 {
		t.Errorf("after the same recipe in other words there are %v updates; want 500", n)
	}
}

// TestRecipeGoesOn: results that another stream has left in memory lead on as those of one's own.
// Every setting is shared only with its like.
func TestRecipeGoesOn(t *testing.T) {
	alone, s := newTestServer(t, unshared), newTestServer(t)
	recipes := []string{"", "&dropout=0.3&test_fraction=0.2&batch_size=7", "&hidden_layers="}
	for _, optimizer := range nn.Optimizers() {
		recipes = append(recipes, "&batch_size=30&schedule=cosine&optimizer="+string(optimizer))
	}
	runs := map[string]string{}
	for _, recipe := range recipes {
		path := "/train?dataset=moons&points=60" + recipe
		for _, frames := range []string{"&steps=20&frame_steps=5", "&steps=40&frame_steps=10", "&steps=44&frame_steps=4", "&steps=3"} {
			want, got := eventsOf(t, alone, path+frames), eventsOf(t, s, path+frames)
			if !slices.Equal(got, want) {
				t.Errorf("GET %s%s = %.300v; want as without a cache, %.300v", path, frames, got, want)
			}
			if last := want[len(want)-2].Data; frames == "&steps=3" && runs[last] != "" {
				t.Errorf("%s and %s lead to the same network", recipe, runs[last])
			} else {
				runs[last] = recipe
			}
		}
	}
	// 20 of 5 each, 20 of 10 each from there, 4 to 8 each between those, and 3.
	if n, most := sampleOf(t, s, "nnvisu_updates_total"), sampleOf(t, alone, "nnvisu_updates_total"); n >= most || n < float64(44*len(recipes)) {
		t.Errorf("with a cache there are %v updates; want fewer than %v", n, most)
	}
	if got := s.finished.Stats(); got.Hits == 0 {
		t.Errorf("the cache counts %+v; want hits", got)
	}
}

// TestRecipeNames: two runs have one name only if all settings and points are the same.
func TestRecipeNames(t *testing.T) {
	s := newTestServer(t)
	names := map[string]string{}
	add := func(what string, state nn.State) {
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		m := wire.Message{State: state}
		run, err := s.newSharedRun(&m, trainer, nn.Work{})
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := names[run.name]; ok {
			t.Errorf("a run with another %s has the name of one with another %s", what, other)
		}
		names[run.name] = what
	}
	base := sampleState(t, "moons", 20, 0, nil)
	add("nothing", base)
	for _, member := range nntest.ConfigMembers() {
		state := clone(base)
		state.Network = nn.Network{}
		nntest.ChangeMember(t, &state.Config, member)
		prepared, err := state.Prepare()
		if err != nil {
			continue // as regression of classes; other members are enough
		}
		add(member, prepared)
	}
	moved := clone(base)
	moved.Data[3].X += 1e-12
	add("point", moved)
	if len(names) < 12 {
		t.Errorf("%d runs were named; want more", len(names))
	}
}

// TestRecipeLeaves: those who stream a recipe go on when the one who computed hangs up, or does not
// read.
func TestRecipeLeaves(t *testing.T) {
	const recipe = "/train?dataset=spiral&points=200&hidden_layers=40,40&steps=600&frame_steps=20"
	want := eventsOf(t, newTestServer(t, unshared), recipe)
	s := newTestServer(t)
	srv := listen(t, s)
	ctx, hangUp := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+recipe, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Body.Close()
	if _, err := nextEvent(bufio.NewReader(first.Body)); err != nil {
		t.Fatal(err)
	}
	var others sync.WaitGroup
	for i := range 6 {
		others.Go(func() {
			_, body, err := fetch(t.Context(), srv, recipe)
			if got := ssetest.Parse(body); err != nil || !slices.Equal(got, want) {
				t.Errorf("stream %d has %d events, %v; want %d", i, len(got), err, len(want))
			}
		})
	}
	waitForSample(t, s, "nnvisu_streams", 7)
	hangUp()
	others.Wait()
	waitForSample(t, s, "nnvisu_streams", 0)
	waitForSample(t, s, "nnvisu_memory_bytes", 0)
}

// TestRecipeEvicted: a memory that is too small for a run costs updates, and changes nothing else.
func TestRecipeEvicted(t *testing.T) {
	want := eventsOf(t, newTestServer(t, unshared), sharedRecipe)
	for _, size := range []int64{100, 20_000, 90_000} {
		s := newTestServer(t, func(c *Config) { c.Cache = size })
		srv := listen(t, s)
		var class sync.WaitGroup
		for i := range 8 {
			class.Go(func() {
				_, body, err := fetch(t.Context(), srv, sharedRecipe+fmt.Sprint("&frame_ms=", i%3))
				if got := ssetest.Parse(body); err != nil || !slices.Equal(got, want) {
					t.Errorf("with %d bytes stream %d has %d events, %v; want %d", size, i, len(got), err, len(want))
				}
			})
		}
		class.Wait()
		if got := s.finished.Stats(); got.Bytes > size {
			t.Errorf("the cache holds %d bytes; want at most %d", got.Bytes, size)
		}
	}
}

// TestRecipeDiverges: a run that diverges ends for all of a crowd as for one.
func TestRecipeDiverges(t *testing.T) {
	const recipe = "/train?dataset=hills&points=20&activation=linear&optimizer=sgd&learning_rate=10&frame_steps=50"
	want := eventsOf(t, newTestServer(t, unshared), recipe)
	if last := want[len(want)-1]; last.Name != "error" || !strings.Contains(last.Data, "diverged") {
		t.Fatalf("the run ends with %.200v; want it to diverge", last)
	}
	s := newTestServer(t)
	srv := listen(t, s)
	var class sync.WaitGroup
	for range 5 {
		class.Go(func() {
			_, body, err := fetch(t.Context(), srv, recipe)
			if got := ssetest.Parse(body); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("a stream ends with %.200v, %v; want %.200v", got[max(0, len(got)-1):], err, want[len(want)-1])
			}
		})
	}
	class.Wait()
}

// TestPostsNotShared: what anybody posts is neither shared nor kept, and leads to what it led to.
func TestPostsNotShared(t *testing.T) {
	s := newTestServer(t)
	body := string(mustJSON(t, sampleState(t, "circles", 20, 0, nil)))
	for range 2 {
		stream := strings.TrimSuffix(body, "}") + `,"steps":5}`
		for path, body := range map[string]string{"/train": stream, "/step": body, "/predict": body} {
			if w := serve(s, http.MethodPost, path, body, "Content-Type", "application/json"); w.Code != http.StatusOK {
				t.Errorf("POST %s = %d %.200s", path, w.Code, w.Body)
			}
		}
		form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
		for _, path := range []string{"/edit", "/step"} {
			if w := postForm(s, path, form); w.Code != http.StatusOK {
				t.Errorf("POST %s of a form = %d %.200s", path, w.Code, w.Body)
			}
		}
	}
	if got := s.finished.Stats(); got != (once.Stats{}) {
		t.Errorf("the cache counts %+v; want nothing", got)
	}
	if n := sampleOf(t, s, "nnvisu_updates_total"); n != 2*(5+1+1) {
		t.Errorf("there are %v updates; want those of every post", n)
	}
}

// BenchmarkRecipe compares a stream of a recipe without a cache, with one that has nothing of it, and
// with one that has all.
func BenchmarkRecipe(b *testing.B) {
	for _, bench := range []struct {
		name  string
		cache int64
		seed  func(i int) int
	}{
		{"Off", 0, func(i int) int { return i }},
		{"Miss", 64 << 20, func(i int) int { return i }},
		{"Hit", 64 << 20, func(int) int { return 1 }},
	} {
		for _, frames := range []int{1, 20} {
			b.Run(fmt.Sprintf("%s/Frames%d", bench.name, frames), func(b *testing.B) {
				s := newTestServer(b, func(c *Config) { c.Cache = bench.cache })
				for i := 0; b.Loop(); i++ {
					path := fmt.Sprintf("/train?dataset=spiral&points=200&steps=%d&frame_steps=%d&seed=%d", 100*frames, frames, bench.seed(i))
					w := httptest.NewRecorder()
					s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
					if w.Code != http.StatusOK {
						b.Fatal(w.Code)
					}
				}
			})
		}
	}
}

// BenchmarkLink compares the page of a link without a cache, and with one that has it.
func BenchmarkLink(b *testing.B) {
	for name, size := range map[string]int64{"Off": 0, "Hit": 64 << 20} {
		b.Run(name, func(b *testing.B) {
			s := newTestServer(b, func(c *Config) { c.Cache = size })
			for b.Loop() {
				if w := serve(s, http.MethodGet, "/?dataset=spiral&hidden_layers=30,30", "", "Accept-Encoding", "zstd"); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
