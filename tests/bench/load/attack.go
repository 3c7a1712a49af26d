package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// attackOptions say what honest users have to bear.
type attackOptions struct {
	nnvisu   string
	before   string
	args     string
	only     string
	duration time.Duration
	json     string
	list     bool
	url      string // attack only
	forward  string
}

func (o *attackOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.nnvisu, "nnvisu", filepath.Join("dist", "nnvisu"), "`program` of the server")
	fs.StringVar(&o.before, "before", "", "`program` of an older server, to be measured beside it")
	fs.StringVar(&o.args, "args", "-max-memory=512MiB", "`flags` of the server, parted by blanks, of which it gets those that it knows")
	fs.StringVar(&o.only, "only", "", "only the attacks whose names match the `expression`")
	fs.DurationVar(&o.duration, "duration", 10*time.Second, "`time` of each attack")
	fs.StringVar(&o.json, "json", "", "`file` for the results in JSON, one a line")
	fs.BoolVar(&o.list, "list", false, "print the table of attacks and end")
	fs.StringVar(&o.url, "url", "", "`address` of a server that runs: only attack it")
	fs.StringVar(&o.forward, "forward", "", "what X-Forwarded-For says of the attackers, with -url")
}

// An attackResult is what became of honest users beside an attack.
type attackResult struct {
	Attack   string
	Program  string
	Frames   float64        // a second, of honestFrames; of the user who got least
	Steps    int            // how many were made
	P50, P95 float64        // milliseconds of a step
	Busy     int            // answers busy to honest users
	Failed   int            // other failures that they met
	Failure  string         // the first
	Memory   float64        // bytes, the most that the server had
	Ended    bool           // whether the server ended
	Outcomes map[string]int // of the attackers' attempts
	Others   float64        // part of the machine that other programs took, which nobody measures in
}

// Addresses of the honest users: their own, or that of the proxy before them.
const (
	honestAddress = "127.0.0.2"
	proxyAddress  = "127.0.0.4"
	schoolSize    = 60
	schoolForward = "198.51.100.7" // what the proxy says of the school, by RFC 5737
	otherForward  = "203.0.113.9"  // and of the attackers
)

// warmup is how long honest users are alone before an attack.
const warmup = 1500 * time.Millisecond

// runAttacks measures honest users beside each attack, each time on a new server.
func runAttacks(ctx context.Context, o attackOptions, w io.Writer) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(attacks(), func(a attack) bool { return !only.MatchString(a.name) })
	switch {
	case len(all) == 0:
		return fmt.Errorf("-only: no attack is called %q", o.only)
	case o.list:
		fmt.Fprintln(w, "| attack | what it is |\n|---|---|")
		for _, a := range all {
			fmt.Fprintf(w, "| %s | %s |\n", a.name, a.what)
		}
		return nil
	case o.url != "":
		return o.attack(ctx, all[0], w)
	}
	var lines *json.Encoder
	if o.json != "" {
		file, err := os.Create(o.json)
		if err != nil {
			return err
		}
		defer file.Close()
		lines = json.NewEncoder(file)
	}
	programs, head := []string{o.nnvisu}, "| now |"
	if o.before != "" {
		programs, head = []string{o.before, o.nnvisu}, "| before | now |"
	}
	fmt.Fprintln(w, "| attack | what it is "+head)
	fmt.Fprintln(w, "|---|---|"+strings.Repeat("---|", len(programs)))
	for _, a := range all {
		fmt.Fprintf(w, "| %s | %s |", a.name, a.what)
		for _, program := range programs {
			r, err := o.measure(ctx, program, a)
			if err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			fmt.Fprintf(w, " %v |", r)
			if lines != nil {
				if err := lines.Encode(r.known()); err != nil {
					return err
				}
			}
			fmt.Fprintf(os.Stderr, "%s, %s: %d steps, median %s, %d failed %s; attackers %v; others took %.0f %% of the machine\n",
				a.name, program, r.Steps, milliseconds(r.P50), r.Failed, r.Failure, r.Outcomes, 100*r.Others)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// known returns the result with 0 for what is not known, since JSON has no such number.
func (r attackResult) known() attackResult {
	for _, v := range []*float64{&r.P50, &r.P95, &r.Memory, &r.Others} {
		if math.IsNaN(*v) {
			*v = 0
		}
	}
	return r
}

// String returns frames a second, 95 % of the steps, answers busy, and memory.
func (r attackResult) String() string {
	text := fmt.Sprintf("%.1f · %s · %d · %s", r.Frames, milliseconds(r.P95), r.Busy, bytesOf(r.Memory))
	if r.Failed > 0 {
		text += fmt.Sprintf("; %d failed", r.Failed)
	}
	if r.Ended {
		text += "; the server ended"
	}
	return text
}

// measure starts a server, honest users and, some time after, attackers in a process of their own,
// which yields to both: in the world it is another machine.
func (o attackOptions) measure(ctx context.Context, program string, a attack) (attackResult, error) {
	result := attackResult{Attack: a.name, Program: program}
	addr, err := freeAddress()
	if err != nil {
		return result, err
	}
	args := flagsOf(ctx, program, append(strings.Fields(o.args), "-trusted-proxies="+proxyAddress+"/32")...)
	s, err := startAt(ctx, addr, nil, program, append(args, "-addr", addr, "-log-level", "error")...)
	if err != nil {
		return result, err
	}
	defer s.stop()
	from := time.Now().Add(warmup)
	to := from.Add(o.duration)
	users, err := usersOf(a, s.url, [2]time.Time{from, to})
	if err != nil {
		return result, err
	}
	using, leave := context.WithCancel(ctx)
	defer leave()
	var wait sync.WaitGroup
	reports := make([]honestReport, len(users))
	for i, u := range users {
		wait.Go(func() {
			sleepFor(using, warmup/2*time.Duration(i)/time.Duration(len(users)))
			reports[i] = u.run(using)
		})
	}
	sleepUntil(ctx, from)
	machine, known := machineCPU(), ownCPU()+s.cpu()
	var attacking float64
	result.Outcomes, attacking, err = o.startAttackers(ctx, a, s.url)
	sleepUntil(ctx, to)
	known = ownCPU() + s.cpu() + attacking - known
	result.Others = max(0, machineCPU()-machine-known) / to.Sub(from).Seconds() / float64(runtime.NumCPU())
	leave()
	wait.Wait()
	result.Memory, result.Ended = s.peakMemory(), s.hasEnded()
	result.take(reports, to.Sub(from))
	return result, errors.Join(err, ctx.Err())
}

// usersOf returns the honest users beside an attack.
func usersOf(a attack, url string, interval [2]time.Time) ([]*honest, error) {
	n, from, forward := 1, honestAddress, ""
	if a.school {
		n, from, forward = schoolSize, proxyAddress, schoolForward
	}
	var users []*honest
	for range n {
		u, err := newHonest(url, from, forward, interval)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, nil
}

// take puts together what the users saw.
func (r *attackResult) take(reports []honestReport, d time.Duration) {
	r.Frames = math.Inf(1)
	var latencies []float64
	for _, u := range reports {
		r.Frames = min(r.Frames, float64(u.frames)/d.Seconds())
		latencies = append(latencies, u.latencies...)
		r.Busy += u.busy
		r.Failed += u.failed
		if r.Failure == "" {
			r.Failure = u.failure
		}
	}
	slices.Sort(latencies)
	r.Steps, r.P50, r.P95 = len(latencies), percentile(latencies, 50), percentile(latencies, 95)
}

// startAttackers runs this program again, as attackers only, and returns what became of them and
// the seconds of CPU that they took.
func (o attackOptions) startAttackers(ctx context.Context, a attack, url string) (outcomes map[string]int, cpu float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	args := []string{self, "attack", "-url", url, "-only", "^" + a.name + "$", "-duration", o.duration.String()}
	if a.school {
		args = append(args, "-forward", otherForward)
	}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{nice, "-n", "5"}, args...)
	}
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("the attackers: %w", err)
	}
	cpu = (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds()
	return outcomes, cpu, json.Unmarshal(out, &outcomes)
}

// attack attacks a server for some time and prints the outcomes in JSON.
func (o attackOptions) attack(ctx context.Context, a attack, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	t := &target{addr: strings.TrimPrefix(o.url, "http://"), from: attackerAddress, forward: o.forward, outcomes: map[string]int{}, steps: maxSteps}
	if o.forward != "" {
		t.from = proxyAddress
	}
	err := a.run(ctx, t)
	_, outcomes := t.counted()
	return errors.Join(err, json.NewEncoder(w).Encode(outcomes))
}
