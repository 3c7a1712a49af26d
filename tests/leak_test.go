package tests

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

// eventually waits until ok holds and fails the test if it does not in time.
func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// goroutines counts those that run once the connections that nobody uses are closed.
func (s *server) goroutines() int {
	s.client.CloseIdleConnections()
	return runtime.NumGoroutine()
}

// quiet waits until goroutines no longer end and returns how many are left, as a measure for settled.
func (s *server) quiet() int {
	least := s.goroutines()
	for unchanged := 0; unchanged < 20; unchanged++ {
		time.Sleep(5 * time.Millisecond)
		if now := s.goroutines(); now < least {
			least, unchanged = now, 0
		}
	}
	return least
}

// settled waits until no more than want goroutines run, and fails the test with their stacks if that does not happen.
func (s *server) settled(tb testing.TB, want int) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	for s.goroutines() > want {
		if time.Now().After(deadline) {
			var stacks bytes.Buffer
			pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			tb.Fatalf("%d goroutines %v after their work; want at most %d\n%s", runtime.NumGoroutine(), patience, want, &stacks)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
