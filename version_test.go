package main

import (
	"runtime/debug"
	"testing"
)

// TestVersionOf: the release is known without git, and the commit is added where the Go tool
// recorded it.
func TestVersionOf(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	for _, test := range []struct {
		name     string
		settings []debug.BuildSetting
		want     string
	}{
		{"NoGit", []debug.BuildSetting{{Key: "-trimpath", Value: "true"}}, release},
		{"Commit", []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, release + "+0123456789ab"},
		{"Changed", []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, release + "+0123456789ab.dirty"},
		{"ShortRevision", []debug.BuildSetting{{Key: "vcs.revision", Value: "42"}}, release + "+42"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := versionOf(test.settings); got != test.want {
				t.Errorf("versionOf(%v) = %q; want %q", test.settings, got, test.want)
			}
		})
	}
}
