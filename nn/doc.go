// Package nn is the mathematics of nnvisu: it maps the state of a training run to a later one. It
// uses no clock, file, HTTP or HTML.
//
// # State
//
// A training run is a sequence of values of type [State]: the configuration, the network with its
// optimizer moments, and the points. [Step] maps one state to a later one; [Trainer] does the same
// for callers that want many steps without paying for validation each time. The JSON tags of these
// types are the wire contract: the same names are used from the inner loops to the browser's
// storage.
//
// For every state S, Step(S, n+m) equals Step(Step(S, n), m) bit for bit. Three habits make that
// true. Random numbers come from a function, not from a generator with state: each draw depends
// only on the seed, its purpose (initialisation, shuffling, dropout, the split) and the step or
// epoch. Sums are taken in one order, on any number of cores. And no function of package math is
// called whose bits depend on the CPU (see package detmath).
//
// # Shapes
//
// The letters are the same everywhere: N points, D input features, H units of a hidden layer, C
// outputs (classes, or 1 for regression), L layers of weights (hidden layers + 1). Matrices are
// features × samples in one slice, row by row, so that the batch is contiguous: row i of a D×N
// matrix m is m[i*N : (i+1)*N].
//
// # Errors
//
// A mistake of the caller is a [*FieldError], which names a member of the state, its limit and its
// value. A [*DivergedError] carries the last finite network. A loss that overflows is no error. A
// mistake of this package, such as a wrong shape inside a kernel, is a panic that begins with "nn:
// " or "kernel: ".
//
// No function modifies a State, Network or slice that it is given.
package nn
