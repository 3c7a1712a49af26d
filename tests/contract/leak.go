package contract

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

// Eventually waits until ok returns true, and fails the test if that takes longer than Patience.
func Eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(Patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("not within %v: %s", Patience, what)
		}
	}
}

// goroutines closes the client's idle connections and counts the goroutines.
func (s *Server) goroutines() int {
	s.Client.CloseIdleConnections()
	return runtime.NumGoroutine()
}

// Quiet waits until no more goroutines end, and returns how many are left. Give it to Settled.
func (s *Server) Quiet() int {
	least := s.goroutines()
	for unchanged := 0; unchanged < 20; unchanged++ {
		time.Sleep(5 * time.Millisecond)
		if now := s.goroutines(); now < least {
			least, unchanged = now, 0
		}
	}
	return least
}

// Settled waits until at most want goroutines run. It fails the test with their stacks if that
// takes longer than Patience.
func (s *Server) Settled(tb testing.TB, want int) {
	tb.Helper()
	deadline := time.Now().Add(Patience)
	for s.goroutines() > want {
		if time.Now().After(deadline) {
			var stacks bytes.Buffer
			pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			tb.Fatalf("%d goroutines %v after their work; want at most %d\n%s",
				runtime.NumGoroutine(), Patience, want, &stacks)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
