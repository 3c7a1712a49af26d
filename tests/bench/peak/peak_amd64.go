package peak

import "golang.org/x/sys/cpu"

// fmaAVX2 runs 12 chains of 4 lanes: with the factor, 13 of the 16 registers.
// Two multiply-adds start in a cycle and take four or five: ten chains would do.
//
//go:noescape
func fmaAVX2(n int) float64

// fmaAVX512 runs 24 chains of 8 lanes.
//
//go:noescape
func fmaAVX512(n int) float64

func kernels() []kernel {
	all := []kernel{scalar}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, kernel{"AVX2", fmaAVX2})
	}
	if cpu.X86.HasAVX512F {
		all = append(all, kernel{"AVX-512", fmaAVX512})
	}
	return all
}
