package main

import "runtime/debug"

// release is the number of this release. Only the newest heading of CHANGELOG.md repeats it, and a
// test compares the two.
const release = "0.1.0"

// buildVersion returns the version of this binary: the release and, if the Go tool recorded it, the
// commit.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	return versionOf(info.Settings)
}

// versionOf returns the release with the commit that the settings of a build name, as in
// 1.2.3+1a2b3c4d5e6f. If files were changed since that commit, .dirty follows.
func versionOf(settings []debug.BuildSetting) string {
	var revision, dirty string
	for _, setting := range settings {
		switch {
		case setting.Key == "vcs.revision":
			revision = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			dirty = ".dirty"
		}
	}
	if revision == "" {
		return release
	}
	return release + "+" + revision[:min(12, len(revision))] + dirty
}
