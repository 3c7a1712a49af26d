// Package kernel holds the inner loops of training: the dense layer forward
// and backward, activations and their derivatives, losses and optimizer
// updates. They are the clear version: gonum's vector operations and plain
// loops, which faster ones can replace behind the same signatures.
//
// Matrices are features × samples in one slice, row by row, with the samples
// of a batch contiguous (see package nn for the shape letters). A slice that is
// written comes first. Nothing here allocates.
//
// Every product that is added to something is written float64(x*y) + z, which
// forbids the compiler to fuse the two on CPUs that could, and every sum has one
// order, so that the bits are the same on all of them.
package kernel
