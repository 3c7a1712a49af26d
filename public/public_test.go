package public

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCheck(t *testing.T) {
	full := fstest.MapFS{"lib/.gitkeep": {}}
	for _, name := range libraries {
		full[name] = &fstest.MapFile{}
	}
	if err := check(full); err != nil {
		t.Errorf("check(all libraries) = %v; want nil", err)
	}

	err := check(fstest.MapFS{"lib/.gitkeep": {}})
	if err == nil {
		t.Fatal("check(placeholder only) = nil; want an error")
	}
	for _, want := range []string{"public/lib/htmx.min.js", "public/lib/hx-sse.min.js", assetsCommand} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("check(placeholder only) = %q; want it to contain %q", err, want)
		}
	}
}

// TestPath holds for whatever is embedded, so it does not depend on the
// assets task having run.
func TestPath(t *testing.T) {
	served := 0
	err := fs.WalkDir(FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			if got := Hash(name); got != "" {
				t.Errorf("Hash(%q) = %q; want none", name, got)
			}
			return nil
		}
		served++
		if got, want := Path(name), "public/"+name+"?v="+Hash(name); got != want {
			t.Errorf("Path(%q) = %q; want %q", name, got, want)
		}
		if got := Hash(name); len(got) != 12 {
			t.Errorf("Hash(%q) = %q; want 12 hexadecimal digits", name, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if served != len(hashes()) {
		t.Errorf("%d files have a hash; want %d", len(hashes()), served)
	}
}

func TestPathUnknown(t *testing.T) {
	if got := Hash("nowhere.js"); got != "" {
		t.Errorf("Hash(unknown) = %q; want none", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("Path(unknown) did not panic")
		}
	}()
	Path("nowhere.js")
}
