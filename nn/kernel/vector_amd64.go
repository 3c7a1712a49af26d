//go:build !noasm && !gccgo && !safe

package kernel

import "gonum.org/v1/gonum/floats"

// On amd64 gonum's assembly is the fast way to the same bits: it uses SSE2 only,
// which every such CPU has, and has one order of adding.
var (
	vectorAddScaled = floats.AddScaled
	vectorDot       = floats.Dot
)
