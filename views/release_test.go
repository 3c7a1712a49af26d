package views

import (
	"testing"
	"testing/fstest"
)

// TestRelease: the name of a release changes with the script, a template or the code that writes
// frames, and with nothing else.
func TestRelease(t *testing.T) {
	files := func(templ, code, generated, test string) fstest.MapFS {
		file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
		return fstest.MapFS{"a.templ": file(templ), "frame.go": file(code), "a_templ.go": file(generated), "frame_test.go": file(test)}
	}
	first := releaseOf(files("1", "2", "3", "4"), "script")
	for name, test := range map[string]struct {
		release string
		same    bool
	}{
		"Again":     {releaseOf(files("1", "2", "3", "4"), "script"), true},
		"Test":      {releaseOf(files("1", "2", "3", "5"), "script"), true},
		"Generated": {releaseOf(files("1", "2", "5", "4"), "script"), true},
		"Code":      {releaseOf(files("1", "5", "3", "4"), "script"), false},
		"Template":  {releaseOf(files("5", "2", "3", "4"), "script"), false},
		"Script":    {releaseOf(files("1", "2", "3", "4"), "other"), false},
	} {
		if (test.release == first) != test.same || len(test.release) != 12 {
			t.Errorf("%s: the release is %q, first it was %q; want the same: %t", name, test.release, first, test.same)
		}
	}
	for _, name := range []string{"release.go", "frame.go", "page.templ"} {
		if _, err := sources.ReadFile(name); err != nil {
			t.Errorf("the sources that name the release lack %s: %v", name, err)
		}
	}
}
