package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// TestMain is the program itself where a test starts attackers.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "attack" {
		main()
		return
	}
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// folder is where the server is built, if a test needs it.
var folder string

// program builds the server.
var program = sync.OnceValues(func() (string, error) {
	var err error
	if folder, err = os.MkdirTemp("", "nnvisu-load"); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "nnvisu")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	return path, exec.Command("go", "build", "-o", path, "../../..").Run()
})

func mustProgram(tb testing.TB) string {
	tb.Helper()
	tools.Find(tb, "go")
	path, err := program()
	if err != nil {
		tb.Fatalf("go build nnvisu: %v", err)
	}
	return path
}

// TestAttacks: each attack has a name and words of its own, and attempts something.
func TestAttacks(t *testing.T) {
	s := contract.Start(t)
	seen := map[string]bool{}
	for _, a := range attacks() {
		if seen[a.name] || seen[a.what] || a.name == "" || a.what == "" {
			t.Errorf("the attack %q, %q is there twice or has no words", a.name, a.what)
		}
		seen[a.name], seen[a.what] = true, true
		if a.name == "none" || a.name == "all at once" {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			target := &target{addr: strings.TrimPrefix(s.Root, "http://"), from: attackerAddress, outcomes: map[string]int{}, steps: maxSteps}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- a.run(ctx, target) }()
			contract.Eventually(t, "an attempt", func() bool { tries, _ := target.counted(); return tries > 0 })
			sleepFor(ctx, 200*time.Millisecond)
			cancel()
			err := <-ended
			_, outcomes := target.counted()
			if err != nil || len(outcomes) == 0 || outcomes["400"] > 0 && a.name != "wrong at the end" || outcomes["404"] > 0 || outcomes["415"] > 0 {
				t.Errorf("outcomes %v, %v; want some, and none of a mistake of ours", outcomes, err)
			}
		})
	}
}

// What an honest user beside attackers must get, at the least, of the frames that the same user
// gets alone. On a quiet machine it is more than nine in ten; tests share theirs.
const leastPart = 0.4

// memoryBound is what -max-memory is in these tests.
const memoryBound = 512 << 20

// TestHonest: attackers neither make an honest user wait for long nor find the server busy, nor
// make the server larger than it may be.
func TestHonest(t *testing.T) {
	o := attackOptions{nnvisu: mustProgram(t), args: "-max-memory=512MiB", duration: 3 * time.Second}
	measure := func(name string) attackResult {
		for _, a := range attacks() {
			if a.name == name {
				r, err := o.measure(t.Context(), o.nnvisu, a)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				return r
			}
		}
		t.Fatalf("no attack is called %s", name)
		return attackResult{}
	}
	alone := measure("none")
	for _, name := range []string{"slow bodies", "wrong at the end", "most work", "unread answers", "unread streams", "all at once"} {
		t.Run(name, func(t *testing.T) {
			r := measure(name)
			t.Logf("alone %v; now %v; attackers %v", alone, r, r.Outcomes)
			if r.Memory > memoryBound || r.Ended {
				t.Errorf("the server has %s, ended: %v; want at most %s, and not", bytesOf(r.Memory), r.Ended, bytesOf(memoryBound))
			}
			if name == "all at once" {
				return // so many attackers leave a test's machine no time
			}
			if r.Frames < leastPart*alone.Frames {
				t.Errorf("%.1f frames a second; want %.1f, as there are %.1f alone", r.Frames, leastPart*alone.Frames, alone.Frames)
			}
			if r.Busy > 0 || r.Failed > 0 {
				t.Errorf("%d answers busy, %d failed (%s); want none", r.Busy, r.Failed, r.Failure)
			}
		})
	}
}

// TestSoak: what clients and attackers use is given back, and answers are repeated.
func TestSoak(t *testing.T) {
	var b strings.Builder
	o := soakOptions{nnvisu: mustProgram(t), args: "-max-memory=512MiB", duration: 20 * time.Second, clients: 1}
	err := runSoak(t.Context(), o, &b)
	t.Log(b.String())
	if err != nil {
		t.Error(err)
	}
}

// TestHerd: clients that lose all their servers come back.
func TestHerd(t *testing.T) {
	var b strings.Builder
	o := herdOptions{nnvisu: mustProgram(t), servers: 2, clients: 40, down: 200 * time.Millisecond, ramp: 200 * time.Millisecond}
	err := runHerd(t.Context(), o, &b)
	if err != nil || !strings.Contains(b.String(), "40 lost theirs and are back") || !strings.Contains(b.String(), "second wave 0 tries") {
		t.Errorf("runHerd = %v\n%s", err, b.String())
	}
}

// TestBackoff: waits are spread over twice as long after each failure, up to the longest, and no
// client comes earlier than it was asked to.
func TestBackoff(t *testing.T) {
	for failures, most := range []time.Duration{100, 200, 400, 800, 1600, 3000, 3000, 3000} {
		most *= time.Millisecond
		least, longest := most, time.Duration(0)
		for range 1000 {
			wait := backoff(failures, 0)
			least, longest = min(least, wait), max(longest, wait)
		}
		if least > most/10 || longest < most*9/10 || longest > most {
			t.Errorf("after %d failures from %v to %v; want from 0 to %v", failures, least, longest, most)
		}
	}
	if wait := backoff(0, 5*time.Second); wait < 5*time.Second {
		t.Errorf("%v; want at least the 5 s of Retry-After", wait)
	}
}

// TestKept: a server that holds more than before is told apart.
func TestKept(t *testing.T) {
	start := held{heap: 10 << 20, goroutines: 9, files: 12}
	for _, test := range []struct {
		now  held
		says string
	}{
		{start, ""},
		{held{start.heap + heapSlack, start.goroutines + fewMore, start.files + fewMore}, ""},
		{held{2*start.heap + heapSlack, 9, 12}, "heap"},
		{held{start.heap, 9 + fewMore + 1, 12}, "goroutines"},
		{held{start.heap, 9, 12 + fewMore + 1}, "files"},
	} {
		err := test.now.within(start)
		if (err != nil) != (test.says != "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%+v within %+v: %v; want an error of %q", test.now, start, err, test.says)
		}
	}
}
