//go:build unix

// Command faults shows what clients see when replicas, balancers and lines fail. Real replicas
// stand behind the real balancers with the files of deploy/, and five clients train at the same
// time: the page by event stream and by WebSocket, in two tabs of one browser, and three programs,
// by POST /step, by event stream and by WebSocket.
//
// For each fault and client it prints the longest gap without a result, the time from the end of
// the fault until training went on, updates that were lost, and whether the state at the end is,
// byte for byte, that of an undisturbed run. It fails if an update was lost or bytes differ.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nnvisu/nnvisu/tests/fleet"
)

func main() {
	balancers := flag.String("balancers", "haproxy,nginx,caddy", "which `balancers`, in turn")
	only := flag.String("faults", "", "a `pattern` of the names of faults; all by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, strings.Split(*balancers, ","), *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// pace is the least time between two results of a program.
const pace = 40 * time.Millisecond

// patience is how long after the end of a fault a client may need to go on.
const patience = 60 * time.Second

// run plays all faults, and reports whether every client kept what it had.
func run(ctx context.Context, balancers []string, only string) (ok bool, err error) {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "nnvisu-faults")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	programs, err := releases(ctx, dir)
	if err != nil {
		return false, err
	}
	b, err := startBrowser(ctx)
	if err != nil {
		return false, err
	}
	defer b.stop()

	fmt.Println("| balancer | fault | client | longest gap | back after | why, or what the page said | lost | same bytes |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	ok = true
	for _, balancer := range balancers {
		for _, f := range faults {
			if !pattern.MatchString(f.name) || ctx.Err() != nil {
				continue
			}
			kept, err := play(ctx, b, balancer, f, programs, dir)
			if err != nil {
				return false, fmt.Errorf("%s, %s: %w", balancer, f.name, err)
			}
			ok = ok && kept
		}
	}
	return ok, ctx.Err()
}

// releases builds the server, and another release of it, whose script differs in a comment.
func releases(ctx context.Context, dir string) ([]string, error) {
	root, err := fleet.Root(ctx)
	if err != nil {
		return nil, err
	}
	const name = "public/backoff.js"
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil, err
	}
	this, err := fleet.Build(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	other, err := fleet.Build(ctx, dir, map[string]string{name: string(text) + "// another release\n"})
	return []string{this, other}, err
}

// A scene is a fleet with its clients, for one fault.
type scene struct {
	*fleet.Fleet
	programs []string    // this release, and another one
	line     *fleet.Line // between the clients and the balancer
	pages    []*page
}

// play plays one fault and prints what the clients saw.
func play(
	ctx context.Context, b *browser, balancer string, f fault, programs []string, dir string,
) (ok bool, err error) {
	folder, err := os.MkdirTemp(dir, "")
	if err != nil {
		return false, err
	}
	options := fleet.Options{
		Program: programs[0], Flags: []string{"-drain-delay", "3s", "-max-stream", "2m"},
		Balancer: balancer, Dir: folder,
	}
	if balancer == "caddy" {
		root, err := fleet.Root(ctx)
		if err != nil {
			return false, err
		}
		options.Path = filepath.Join(root, "dist", "caddy")
	}
	s := &scene{programs: programs}
	if s.Fleet, err = fleet.Start(ctx, options); err != nil {
		return false, err
	}
	defer s.Close()
	if s.line, err = fleet.NewLine(s.Balancer.Addr); err != nil {
		return false, err
	}
	defer s.line.Close()

	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	defer done.Wait()
	defer stop()
	var clients []*fleet.Client
	for _, transport := range fleet.Transports {
		c := &fleet.Client{URL: s.line.URL(), Transport: transport, Every: pace}
		clients = append(clients, c)
		done.Go(func() { c.Run(running) })
	}
	tabs, leave, err := b.open(s.line.URL())
	if err != nil {
		return false, err
	}
	defer leave()
	s.pages = tabs
	for _, p := range s.pages {
		if err := p.train(); err != nil {
			return false, err
		}
		done.Go(func() { p.watch(running) })
	}
	time.Sleep(2 * time.Second)
	if err := f.play(ctx, s); err != nil {
		return false, err
	}
	over := time.Now()
	back := make([]time.Duration, len(clients)+len(s.pages))
	var returning sync.WaitGroup
	for i := range back {
		results := func() int {
			if i < len(clients) {
				return clients[i].Report().Results
			}
			return s.pages[i-len(clients)].report().results
		}
		before := results()
		returning.Go(func() {
			for results() < before+2 && time.Since(over) < patience && ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			back[i] = time.Since(over)
		})
	}
	returning.Wait()
	time.Sleep(time.Second)
	stop()
	done.Wait()

	ok = true
	print := func(client string, gap, back time.Duration, words string, lost int, err error) {
		bytes := "yes"
		if err != nil {
			bytes = "**no**: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		ok = ok && err == nil && lost == 0
		fmt.Printf("| %s | %s | %s | %.1f s | %.1f s | %s | %d | %s |\n",
			balancer, f.name, client, gap.Seconds(), back.Seconds(), words, lost, bytes)
	}
	for i, c := range clients {
		r := c.Report()
		err := r.Fatal
		if err == nil {
			err = r.Verify(ctx, s.Replicas[0].URL())
		}
		print("program, "+string(c.Transport), r.Gap, back[i], fmt.Sprintf("%d %v", r.Resumes, r.Failures), r.Lost, err)
	}
	for i, p := range s.pages {
		r := p.report()
		print("page, "+p.transport, r.gap, back[len(clients)+i], r.words(), r.lost, p.verify(ctx, s.Replicas[0].URL()))
	}
	return ok, nil
}
