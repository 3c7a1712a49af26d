package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// leastGarbage is how many bytes of garbage the collector waits for at least.
//
// By default (GOGC=100) it waits for as many bytes as are alive. This server keeps nothing between
// requests, so little is alive: with eight sockets the collector ran a hundred times a second and
// took a tenth of the server's time. Waiting for 16 MB raised eight sockets, with messages of one
// update, from 5,836 to 7,151 steps a second.
const leastGarbage = 16 << 20

// collectorPercent returns the GOGC that waits for leastGarbage while live bytes are alive. It is
// at least 100, the default, and at most 1000.
func collectorPercent(live uint64) int {
	return int(min(1000, max(100, 100*leastGarbage/max(live, 1))))
}

// tuneCollector sets GOGC after each collection, from the bytes that were alive then. It learns of
// a collection by the finalizer of an object that nothing else refers to.
func tuneCollector() {
	type witness struct{ _ [32]byte } // too large to share a block with other objects
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := 100
	var collected func(*witness)
	collected = func(w *witness) {
		metrics.Read(sample)
		// Setting GOGC stops every goroutine for a moment. So it is set only if it changes by a
		// tenth or more.
		next := collectorPercent(sample[0].Value.Uint64())
		if next*10 < percent*9 || next*9 > percent*10 {
			debug.SetGCPercent(next)
			percent = next
		}
		runtime.SetFinalizer(w, collected)
	}
	runtime.SetFinalizer(new(witness), collected)
}
