package handlers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
)

// TestPureLeaves: if the one whose request computes hangs up, the others get their answers; if all
// do, the work ends.
func TestPureLeaves(t *testing.T) {
	f := newFigure(t)
	srv := listen(t, f.Server)
	leading := make(chan struct{}, 100)
	f.hook = func(ctx context.Context) error {
		leading <- struct{}{}
		if f.made.Load() == 1 { // computes until its client goes
			for {
				if err := yield(ctx); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
		}
		return nil
	}
	ctx, hangUp := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if status, _, err := fetch(ctx, srv, figurePath); err == nil {
			t.Errorf("who hung up gets %d", status)
		}
	})
	<-leading
	for range 5 {
		all.Go(func() {
			if status, body, err := fetch(t.Context(), srv, figurePath); err != nil || status != http.StatusOK {
				t.Errorf("who waits gets %d %.80s, %v; want 200", status, body, err)
			}
		})
	}
	waitForSample(t, f.Server, "nnvisu_requests", 6)
	hangUp()
	all.Wait()
	if n := f.updates(t); n != 1000 {
		t.Errorf("there are %v updates; want 1000", n)
	}
	f.made.Store(0)
	f.hook = func(context.Context) error { // the first is refused, while the others wait
		leading <- struct{}{}
		if f.made.Load() > 1 {
			return nil
		}
		waitForSample(t, f.Server, "nnvisu_requests", 4)
		return f.busy(ofMemory, "there is none")
	}
	var refused atomic.Int64
	for range 4 {
		all.Go(func() {
			if status, _, err := fetch(t.Context(), srv, figurePath+"&seed=5"); status == http.StatusServiceUnavailable {
				refused.Add(1)
			} else if err != nil || status != http.StatusOK {
				t.Errorf("behind one that is refused others get %d, %v; want 200", status, err)
			}
		})
	}
	all.Wait()
	if n := f.updates(t); n != 2000 || refused.Load() != 1 {
		t.Errorf("there are %v updates, and %d were refused; want 2000, and one", n, refused.Load())
	}
	for len(leading) > 0 {
		<-leading
	}
	f.hook = func(ctx context.Context) error { // until all have gone
		leading <- struct{}{}
		for {
			if err := yield(ctx); err != nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
	}
	ctx, hangUp = context.WithCancel(t.Context())
	for range 3 {
		all.Go(func() { _, _, _ = fetch(ctx, srv, figurePath+"&seed=2") })
	}
	<-leading
	waitForSample(t, f.Server, "nnvisu_requests", 3)
	hangUp()
	all.Wait()
	waitForSample(t, f.Server, "nnvisu_requests", 0)
	waitForSample(t, f.Server, "nnvisu_memory_bytes", 0)
	if n := f.updates(t); n != 2000 {
		t.Errorf("there are %v updates after all hung up; want 2000", n)
	}
}

// TestPureFull: where there is no place, what is finished is answered all the same, and one who waits
// for another's answer keeps no turn: more may wait than there are tokens.
func TestPureFull(t *testing.T) {
	f := newFigure(t, func(c *Config) { c.MaxQueue = 8 })
	if w := serve(f.Server, http.MethodGet, figurePath, ""); w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d", figurePath, w.Code)
	}
	client := f.clientOf(httptest.NewRequest(http.MethodGet, "/", nil))
	held, err := f.openRequests.Acquire(client, 8, func() { t.Error("a hold of the same client was evicted") })
	if err != nil {
		t.Fatal(err)
	}
	tag := ""
	for _, test := range []struct {
		path string
		want int
	}{{figurePath, 200}, {figurePath, 304}, {figurePath + "&seed=3", 503}} {
		w := serve(f.Server, http.MethodGet, test.path, "", "If-None-Match", tag)
		if w.Code != test.want {
			t.Errorf("GET %s of %s without a place = %d; want %d", test.path, tag, w.Code, test.want)
		}
		tag = w.Header().Get("ETag")
	}
	held.Release()

	f.hook = func(ctx context.Context) error { // others get the token, and it waits for one again
		deadline := time.Now().Add(200 * time.Millisecond)
		for time.Now().Before(deadline) {
			if err := yield(ctx); err != nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
		return nil
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if w := serve(f.Server, http.MethodGet, figurePath+"&seed=4", ""); w.Code != http.StatusOK {
				t.Errorf("of eight at a time one gets %d %s; want 200", w.Code, w.Body)
			}
		})
	}
	waitForSample(t, f.Server, "nnvisu_requests", 8)
	if n := f.cpus.Waiting(fair.Request); n != 0 {
		t.Errorf("%d wait for a CPU; want them to wait for the answer", n)
	}
	all.Wait()
	if n := f.made.Load(); n != 2 {
		t.Errorf("made %d times; want twice", n)
	}
}
