// Package kernel holds the inner loops of training: the dense layer forward and backward,
// activations and their derivatives, the softmax with its cross-entropy and the optimizers.
//
// Most exist three times: portable kernels in Go, and vector kernels for AVX2 and AVX-512 in
// assembly that the command in folder avo generates. Linear, AddPenalty, Scale and the squared
// error take little time and exist in Go only. All versions of a kernel give the same bits: they
// have the same fused multiply-adds, the same order of addition, the same eight lanes for sums over
// samples, and the same e^x, taken from package detmath. The Go version is the master. The fastest
// kernels that the CPU can run are chosen when the program starts; the environment variable
// NNVISU_KERNEL chooses others: portable, avx2 or avx512. Package reference computes dense layers,
// activations and the softmax in the clearest way, for tests to compare with.
//
// Matrices are features × samples in one slice, row by row, with the samples of a batch contiguous
// (see package nn for the shape letters). The number of samples and the length of vectors are
// multiples of Lanes: callers pad. Arguments that are written come first. Nothing here allocates.
//
// A sum with a product is written math.FMA(x, y, z) where the two are fused and float64(x*y) + z
// where they are not. The conversion forbids the compiler to fuse them, so that the bits are the
// same on every CPU.
package kernel
