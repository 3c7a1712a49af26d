package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
)

// saysOfCheck runs -check with more flags and returns what it says on one line, with single blanks.
func saysOfCheck(t *testing.T, e env, args ...string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	err := run(t.Context(), append(args, "-check"), e.lookup, &stdout, io.Discard)
	return strings.Join(strings.Fields(stdout.String()), " "), err
}

// TestCheck: the check tells what would be served, each flag with its value and who set it.
func TestCheck(t *testing.T) {
	got, err := saysOfCheck(t, env{"NNVISU_MAX_QUEUE": "9"}, "-addr=127.0.0.1:0", "-base-path=/lab", "-max-memory=512MiB", "-kernel=portable", "-metrics-addr=127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`address http://127\.0\.0\.1:\d+/lab/, free`, `metrics 127\.0\.0\.1:0, free`, `may be called localhost and loopback addresses only`,
		`CPUs \d+, with the kernel portable`, `memory 512 MiB, bodies of up to 16384 KiB`,
		`-max-queue 9 NNVISU_MAX_QUEUE`, `-base-path /lab -base-path`, `-max-streams 512 default`, `-trusted-proxies – default`,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("-check says %s; want %s", got, want)
		}
	}
	if got, err := saysOfCheck(t, env{}, "-addr=127.0.0.1:0", "-allowed-hosts=lab.example"); err != nil || !strings.Contains(got, "may be called lab.example ") {
		t.Errorf("-check with names says %s, %v; want the names", got, err)
	}

	if got, err := saysOfCheck(t, env{}, "-addr=127.0.0.1:0", "-metrics-addr=localhost:0", "-pprof-addr=localhost:0"); err != nil || !strings.Contains(got, "profiles localhost:0, with the metrics") {
		t.Errorf("-check with one address for both says %s", got)
	}
	if _, err := saysOfCheck(t, env{}, "-addr=127.0.0.1:4747", "-pprof-addr=127.0.0.1:4747"); err == nil || !strings.Contains(err.Error(), "-pprof-addr must differ") {
		t.Errorf("-check with one address for users and operator: %v; want a mistake", err)
	}

	// It lists every flag that is a setting.
	s, err := parse(nil, env{}.lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s.flags.VisitAll(func(f *flag.Flag) {
		if listed := strings.Contains(got, " -"+f.Name+" "); listed == acts(f) {
			t.Errorf("-check lists -%s: %v; want the settings and no acts", f.Name, listed)
		}
	})
}

// TestCheckInUse: an address that a running server has is said to be in use, and is no mistake. One
// that the machine does not have is.
func TestCheckInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got, err := saysOfCheck(t, env{}, "-addr", l.Addr().String())
	if err != nil || !strings.Contains(got, "in use") || !strings.Contains(got, "loopback addresses only") {
		t.Errorf("-check of an address in use says %s, %v; want that it is in use", got, err)
	}
	var usage usageError
	if got, err := saysOfCheck(t, env{}, "-addr=192.0.2.1:80"); !errors.As(err, &usage) || !strings.Contains(err.Error(), "-addr 192.0.2.1:80") || got != "" {
		t.Errorf("-check of a foreign address says %s, %v; want a usage error alone", got, err)
	}
}

// TestAllMistakes: all mistakes are said at once, by a check and by a start, each with its flag or
// variable. What the flags must be together is said when each one is right.
func TestAllMistakes(t *testing.T) {
	args := []string{"-addr=8888", "-max-points", "many", "-max-pints", "3", "-max-streams=2000000", "serve", "-drain-delay=-1s"}
	for _, more := range [][]string{nil, {"-check"}} {
		err := run(t.Context(), append(args, more...), env{"NNVISU_LOG_LEVEL": "loud"}.lookup, io.Discard, io.Discard)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Fatalf("run(%q) = %v; want a usage error", args, err)
		}
		lines := strings.Split(err.Error(), "\n")
		want := []string{"-addr", "-max-points", "-max-pints", "-max-streams", `"serve"`, "NNVISU_LOG_LEVEL", "-drain-delay"}
		if len(lines) != len(want) {
			t.Fatalf("the mistakes are %q; want one line for each of %q", lines, want)
		}
		for i, line := range lines {
			if !strings.Contains(line, want[i]) {
				t.Errorf("line %d of the mistakes is %q; want %s", i, line, want[i])
			}
		}
	}
	for flag, value := range map[string]string{"max-streams": "1000001", "max-memory": "64MiB", "max-body": "1GiB"} {
		_, err := parse([]string{"-max-memory=1GiB", "-" + flag + "=" + value}, env{}.lookup, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "-"+flag) || strings.Contains(err.Error(), "\n") {
			t.Errorf("parse(-%s %s) = %v; want one mistake that names the flag", flag, value, err)
		}
	}
	if _, err := parse([]string{"-max-memory=65MiB"}, env{}.lookup, io.Discard); err != nil {
		t.Errorf("a little memory: %v; want bodies that are the smaller", err)
	}
}

// TestManual: the manual has each flag with its variable and its default, and nothing that depends
// on the machine.
func TestManual(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-man"}, env{}.lookup, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	page := stdout.String()
	fs, err := parse(nil, env{}.lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	fs.flags.VisitAll(func(f *flag.Flag) {
		_, entry, ok := strings.Cut(page, "\n.BR "+roff("-"+f.Name))
		entry, _, _ = strings.Cut(entry, "\n.TP")
		if !ok || strings.Contains(entry, envName(f.Name)) == acts(f) || f.DefValue != "false" && !strings.Contains(entry, roff(f.DefValue)) {
			t.Errorf("the manual says of -%s: %s; want its variable and its default, %s", f.Name, entry, f.DefValue)
		}
	})
	if got, want := roff("a-b \"c\\\"\n.d"), `a\-b \(dqc\e\(dq`+"\n"+`\&.d`; got != want {
		t.Errorf("roff = %s; want %s", got, want)
	}
}
