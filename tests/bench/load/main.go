// Command load puts load on a server and reports how it bears it. It takes as little of the machine
// as it can, for it may share it with the server.
//
//	go run ./tests/bench/load streams   many labs that train at once, as pages open them
//	go run ./tests/bench/load sockets   many train_step messages, over a few WebSockets
//	go run ./tests/bench/load steps     updates of the engine, in long requests
//	go run ./tests/bench/load echo      a server that answers without any work
//	go run ./tests/bench/load attack    an honest user beside each of many attacks
//	go run ./tests/bench/load herd      many clients that lose their servers at once, and come back
//	go run ./tests/bench/load soak      all kinds of clients and attackers, and what is left of them
//	go run ./tests/bench/load peers     one table: nnvisu, the yardsticks of tests/bench/peers, the limits
//
// Each has flags, which -help lists. It ends with status 1 if a stream or a socket fails, or if
// what the flags ask for is not held, such as -max-p95.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "load: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	mode := ""
	if len(args) > 0 {
		mode, args = args[0], args[1:]
	}
	fs := flag.NewFlagSet("load "+mode, flag.ContinueOnError)
	parse := func() error {
		if err := fs.Parse(args); err != nil {
			return err
		}
		if fs.NArg() > 0 {
			return fmt.Errorf("unexpected argument %q", fs.Arg(0))
		}
		return nil
	}
	switch mode {
	case "streams":
		var o streamsOptions
		o.define(fs)
		var hold struct {
			p95      time.Duration
			fairness float64
			memory   float64
			bytes    float64
			cpu      time.Duration
		}
		fs.DurationVar(&hold.p95, "max-p95", 0, "fail if 5 % of the intervals are longer than this `time`")
		fs.Float64Var(&hold.fairness, "min-fairness", 0, "fail if the frames of some stream are less than this `part` of the mean")
		fs.Float64Var(&hold.memory, "max-memory", 0, "fail if a stream takes more `bytes` of the server's memory")
		fs.Float64Var(&hold.bytes, "max-bytes", 0, "fail if a frame is more `bytes` on the wire")
		fs.DurationVar(&hold.cpu, "max-cpu", 0, "fail if a frame takes more `time` of the server's CPU")
		if err := parse(); err != nil {
			return err
		}
		r, err := runStreams(ctx, o)
		if err != nil {
			return err
		}
		r.print(os.Stdout)
		return errors.Join(r.err(),
			atMost("max-p95, in milliseconds", percentile(r.intervals, 95), hold.p95.Seconds()*1000),
			atLeast("min-fairness", r.fairness(), hold.fairness),
			atMost("max-memory", r.perStream(), hold.memory),
			atMost("max-bytes", r.bytes, hold.bytes),
			atMost("max-cpu, in milliseconds", r.cpu, hold.cpu.Seconds()*1000))
	case "sockets":
		var o socketsOptions
		o.define(fs)
		rate := fs.Float64("min-rate", 0, "fail if there are fewer steps a `second`")
		p95 := fs.Duration("max-p95", 0, "fail if 5 % of the answers take longer than this `time`")
		if err := parse(); err != nil {
			return err
		}
		r, err := runSockets(ctx, o)
		if err != nil {
			return err
		}
		r.print(os.Stdout)
		return errors.Join(atLeast("min-rate", r.rate, *rate), atMost("max-p95, in milliseconds", percentile(r.latencies, 95), p95.Seconds()*1000))
	case "steps":
		var o stepsOptions
		o.define(fs)
		rate := fs.Float64("min-rate", 0, "fail if there are fewer updates a `second`")
		if err := parse(); err != nil {
			return err
		}
		r, err := runSteps(ctx, o)
		if err != nil {
			return err
		}
		r.print(os.Stdout)
		return atLeast("min-rate", 1000/r.each, *rate)
	case "attack":
		var o attackOptions
		o.define(fs)
		if err := parse(); err != nil {
			return err
		}
		return runAttacks(ctx, o, os.Stdout)
	case "herd":
		var o herdOptions
		o.define(fs)
		if err := parse(); err != nil {
			return err
		}
		return runHerd(ctx, o, os.Stdout)
	case "soak":
		var o soakOptions
		o.define(fs)
		if err := parse(); err != nil {
			return err
		}
		return runSoak(ctx, o, os.Stdout)
	case "echo":
		var o echoOptions
		o.define(fs)
		if err := parse(); err != nil {
			return err
		}
		return runEcho(ctx, o)
	case "peers":
		var o peersOptions
		o.define(fs)
		if err := parse(); err != nil {
			return err
		}
		return runPeers(ctx, o, os.Stdout)
	}
	return fmt.Errorf("the first argument must be streams, sockets, steps, attack, herd, soak, echo or peers; got %q", mode)
}

// err returns why some stream did not last, or that none brought a frame.
func (r streamsReport) err() error {
	switch {
	case r.failure != nil:
		return fmt.Errorf("%d streams refused, %d broken; the first: %w", r.refused, r.broken, r.failure)
	case r.frames == 0:
		return errors.New("no frame arrived")
	}
	return nil
}

// atMost returns an error if got exceeds a limit, which 0 is not. What is not known does.
func atMost(what string, got, most float64) error {
	if most > 0 && !(got <= most) {
		return fmt.Errorf("-%s: got %.4g; want at most %.4g", what, got, most)
	}
	return nil
}

func atLeast(what string, got, least float64) error {
	if least > 0 && (got < least || math.IsNaN(got)) {
		return fmt.Errorf("-%s: got %.4g; want at least %.4g", what, got, least)
	}
	return nil
}
