package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A server is a program that was started to be measured.
type server struct {
	url   string
	pid   int
	ended chan struct{} // closed when it has ended
	kill  func()
}

// start starts a server on a free port and waits until it listens. stop ends it.
func start(ctx context.Context, env []string, program string, args func(addr string) []string) (url string, stop func(), err error) {
	addr, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	s, err := startAt(ctx, addr, env, program, args(addr)...)
	if err != nil {
		return "", nil, err
	}
	return s.url, s.stop, nil
}

// freeAddress returns an address on which nobody listens.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close() // only the port was wanted
	return listener.Addr().String(), nil
}

// startAt starts a server that will listen on addr, and waits until it does.
func startAt(ctx context.Context, addr string, env []string, program string, args ...string) (*server, error) {
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		cancel()
		return nil, err
	}
	s := &server{url: "http://" + addr, pid: command.Process.Pid, ended: make(chan struct{}), kill: cancel}
	go func() {
		_ = command.Wait() // it is killed in the end
		close(s.ended)
	}()
	for deadline := time.Now().Add(time.Minute); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return s, nil
		}
		select {
		case <-s.ended:
			cancel()
			return nil, fmt.Errorf("%s ended: %s", program, log.Bytes())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("%s does not listen: %w", program, err)
		}
	}
}

// stop kills the server and waits for its end.
func (s *server) stop() {
	s.kill()
	<-s.ended
}

// hasEnded reports whether the server has ended by itself.
func (s *server) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// peakMemory returns the most bytes that the server has had resident, or NaN where the system does
// not tell.
func (s *server) peakMemory() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid)) // not there, not known
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64); err == nil {
				return kb * 1024
			}
		}
	}
	return math.NaN()
}

// ticks is the number of units in a second in which Linux tells times of CPU.
const ticks = 100

// cpu returns the seconds of CPU that the server has used, or NaN where the system does not tell.
func (s *server) cpu() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid)) // not there, not known
	_, after, _ := strings.Cut(string(text), ") ")
	return sum(strings.Fields(after), 11, 13) / ticks // utime and stime, as proc(5) counts from 1
}

// machineCPU returns the seconds of CPU that all programs have used, or NaN.
func machineCPU() float64 {
	text, _ := os.ReadFile("/proc/stat") // not there, not known
	line, _, _ := strings.Cut(string(text), "\n")
	return sum(strings.Fields(line), 1, 4) / ticks // user, nice, system
}

// sum adds the fields from one to before another, or returns NaN.
func sum(fields []string, from, to int) float64 {
	if len(fields) < to {
		return math.NaN()
	}
	total := 0.0
	for _, field := range fields[from:to] {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return math.NaN()
		}
		total += v
	}
	return total
}

// flagsOf returns those of the flags that the program has, as -name=value. So an older release can
// be measured beside a newer one.
func flagsOf(ctx context.Context, program string, flags ...string) []string {
	help, _ := exec.CommandContext(ctx, program, "-help").Output() // no help, no flags
	var has []string
	for _, f := range flags {
		if name, _, _ := strings.Cut(f, "="); strings.Contains(string(help), "\n  "+name+" ") {
			has = append(has, f)
		}
	}
	return has
}
