// Package reference computes dense layers, activations and the softmax of package kernel in the
// clearest way: with gonum's vector operations, package math and plain loops. Tests compare with
// it.
//
// Matrices are features × samples in one slice, row by row. A slice that is written comes first.
package reference
