//go:build unix

package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// asProgram is the variable that makes the test binary be nnvisu.
const asProgram = "NNVISU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// startProgram starts nnvisu as a process of its own and returns its address, when it serves, and
// the pipe that it logs to.
func startProgram(t *testing.T, args ...string) (process *exec.Cmd, url string, log *os.File) {
	t.Helper()
	log, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	process = exec.CommandContext(t.Context(), os.Args[0], append([]string{"-addr=127.0.0.1:0"}, args...)...)
	process.Env = append(os.Environ(), asProgram+"=1")
	process.Stderr = stderr
	err = process.Start()
	stderr.Close() // the process has its own copy
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Process.Kill(); process.Wait(); log.Close() })
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			return process, m[1], log
		}
	}
	t.Fatalf("the process ended before it served: %v", process.Wait())
	return nil, "", nil
}

// TestSignals: neither a hangup nor a log that nobody reads ends the server, and SIGTERM still
// drains it.
func TestSignals(t *testing.T) {
	process, url, log := startProgram(t, "-log-level=debug", "-drain-delay=0s")
	log.Close()
	client := &http.Client{Timeout: 20 * time.Second}
	get := func() {
		t.Helper()
		answer, err := client.Get(url + "healthz")
		if err != nil {
			t.Fatalf("GET /healthz: %v; want an answer", err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	get() // is logged
	get()
	if err := process.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // for the signal to arrive
	get()
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("behind SIGTERM the process ends with %v; want 0", err)
	}
}
