//go:build !amd64 || noasm || gccgo || safe

package kernel

// Elsewhere gonum's loops may be compiled to fused operations, with other bits.
var (
	vectorAddScaled = addScaled
	vectorDot       = dot
)
