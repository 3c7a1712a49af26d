// Package kernel holds the inner loops of training: the dense layer forward and backward,
// activations and their derivatives, the softmax with its cross-entropy and the optimizers.
//
// Each exists three times, and all three give the same bits: vector kernels for AVX-512 and for
// AVX2, in assembly that the command in folder avo writes, and portable ones in Go, which say what
// the others repeat. They have the same fused multiply-adds, the same order of adding, the same
// eight lanes where samples are summed up, and the same e^x, which is package detmath's. The
// fastest that the CPU can run is chosen when the program starts; the environment variable
// NNVISU_KERNEL chooses another: portable, avx2 or avx512. Package reference computes the same in
// the clearest way, for tests to compare with.
//
// Matrices are features × samples in one slice, row by row, with the samples of a batch contiguous
// (see package nn for the shape letters). The number of samples, and the length of vectors, is a
// multiple of Lanes: callers fill up. A slice that is written comes first. Nothing here allocates.
//
// A product that is added to something is math.FMA where it is fused, and float64(x*y) + z where it
// is not: the second forbids the compiler to fuse the two on CPUs that could. So the bits are the
// same on all of them.
package kernel
