//go:build !linux

package handlers

// limitUnsent does nothing where there is no such option.
func limitUnsent(uintptr) {}
