// Package nn is the mathematics of nnvisu: it maps the state of a training run to the next state
// and knows nothing of clocks, files, HTTP or HTML.
//
// # State
//
// A training run is a sequence of values of type [State]: the configuration, the network with its
// optimizer moments, and the points. [Step] maps one state to a later one; [Trainer] does the same
// for callers that want many steps without paying for validation each time. The JSON tags of these
// types are the wire contract, so there is one vocabulary from the inner loops to the browser's
// storage.
//
// For every state S, Step(S, n+m) equals Step(Step(S, n), m) bit for bit. Three habits make that
// true. Randomness is a function and not a generator: each draw follows from the seed, its purpose
// (initialisation, shuffling, dropout, the split) and the step or epoch. Reductions have one order,
// whatever the number of cores. And nothing calls a function of package math whose bits depend on
// the CPU (see package detmath).
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
// What a caller can get wrong is an error: [*FieldError] names a member of the state, its limit and
// its value; [*DivergedError] carries the last finite network. A loss that overflows is no error.
// What only this package can get wrong (a shape inside a kernel) is a panic that begins with "nn: "
// or "kernel: ".
//
// No function modifies a State, Network or slice that it is given.
package nn
