//go:build race

package race

// Enabled reports whether the race detector is on. Under it a sync.Pool forgets at random, so that
// tests cannot count allocations.
const Enabled = true
