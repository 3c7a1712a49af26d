// Package fleet runs nnvisu as an operator does: replicas as processes of their own, behind a
// balancer that reads its file in deploy/, over lines that can break.
//
//	program, err := fleet.Build(ctx, dir, nil)
//	f, err := fleet.Start(ctx, fleet.Options{Program: program, Balancer: "haproxy", Dir: dir})
//	defer f.Close()
//	line, err := fleet.NewLine(f.Balancer.Addr)
//	client := fleet.Client{URL: line.URL(), Transport: fleet.Events}
//	go client.Run(ctx)
//	f.Replicas[0].Kill()
//
// A [Replica] can be killed, frozen, drained and started again at its address. A [Balancer] is
// HAProxy, nginx or Caddy with the file that is shipped, in which only addresses are others. A
// [Line] cuts, stalls, swallows and slows what goes through it. A [Client] trains by the rules that
// docs/api.md gives to programs, and measures how long it stood still and whether it lost anything.
//
// Everything listens on 127.0.0.1. The package needs Unix: it stops processes by signals.
package fleet
