//go:build !linux

package stream

// limitUnsent does nothing: only Linux has the option.
func limitUnsent(uintptr) {}
