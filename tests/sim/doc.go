// Package sim trains through disasters. A simulation runs three replicas, a proxy and clients of
// every kind in one testing/synctest bubble, over a network in memory. A seed decides who trains
// what, and what goes wrong when: lines that break at a byte, stall or crawl, replicas that drain,
// die, hang or come back as another release, and a proxy that is restarted.
//
// Whatever happens, these must hold:
//
//   - The law: every state that a client receives is, byte for byte, the one that an undisturbed
//     run has at this step.
//   - Nothing is lost: the frames of a stream follow each other without a gap, and a client that
//     was cut off goes on from the last one it has. Steps never go back, and never repeat.
//   - Progress: when the disasters are over, every client reaches its goal soon.
//   - Nothing is kept: when the clients have gone, the servers hold no place and no connection, and
//     no goroutine is left.
//   - No fault of a network is logged as the server's own.
//
// The clock of a bubble advances when everything waits. So a simulation of minutes takes some
// milliseconds, and hundreds of seeds fit into an ordinary test. A seed that fails is printed with
// the command that runs it again.
//
// The same package fails the n-th read, write or allocation of single requests, for every n.
package sim
