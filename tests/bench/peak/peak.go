// Package peak measures how many double-precision multiply-adds one core makes in a second when it
// does nothing else: the limit of all that is computed on it.
package peak

import (
	"math"
	"runtime"
	"time"
)

// A kernel makes multiply-adds of 1·1 in independent chains, n in each, with nothing loaded or
// stored, and returns the sum of all chains: how many it made.
type kernel struct {
	name string
	run  func(n int) float64
}

// Measure returns the multiply-adds a second of the fastest kernel that this CPU has, the best of
// many short runs, and the kernel's name. It takes about a tenth of a second.
func Measure() (rate float64, name string) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, k := range kernels() {
		for range 40 {
			start := time.Now()
			made := k.run(100_000)
			if r := made / time.Since(start).Seconds(); r > rate {
				rate, name = r, k.name
			}
		}
	}
	return rate, name
}

// scalar is the kernel of every CPU. Where math.FMA is no instruction it is slow, and so is all
// that needs it.
var scalar = kernel{"math.FMA", func(n int) float64 {
	one := float64(n) / float64(n) // nothing that the compiler knows
	var a, b, c, d, e, f, g, h float64
	for range n {
		a, b = math.FMA(one, one, a), math.FMA(one, one, b)
		c, d = math.FMA(one, one, c), math.FMA(one, one, d)
		e, f = math.FMA(one, one, e), math.FMA(one, one, f)
		g, h = math.FMA(one, one, g), math.FMA(one, one, h)
	}
	return a + b + c + d + e + f + g + h
}}
