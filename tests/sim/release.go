package sim

import "github.com/nnvisu/nnvisu/handlers"

// The releases of the replicas. Both compute the same bytes, but their pages are not of one kind.
var releases = [...]string{"a", "b"}

// newServer returns a server of a release.
func newServer(config handlers.Config, release string) (*handlers.Server, error) {
	config.Release = release
	return handlers.New(config)
}

// leastMemory returns the least memory that a server with bodies of some bytes and a cache may have.
func leastMemory(body, cache int64) int64 {
	const step = 1 << 10
	memory := int64(step)
	for handlers.LargestBody(memory, cache) < body {
		memory += step
	}
	return memory
}
