//go:build 386 || arm || mips || mipsle

package nn

// A step counts up to 2^53-1 in an int, and a seed up to 2^32-1, as JSON does. A replica whose ints
// have 32 bits would refuse what others take. So this name, which there is not, ends the build.
var _ = nnvisuNeedsA64BitMachine
