//go:build !amd64

package kernel

// available returns the vector kernels that this machine can run.
func available() []*vectors { return nil }
