package public

import (
	"io/fs"
	"regexp"
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

// TestPath holds for whatever is embedded, so it does not depend on the assets task having run.
func TestPath(t *testing.T) {
	if len(Hash()) != 12 {
		t.Errorf("Hash() = %q; want 12 hexadecimal digits", Hash())
	}
	served := 0
	err := fs.WalkDir(FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			if Has(name) {
				t.Errorf("Has(%q) = true; want false", name)
			}
			return nil
		}
		served++
		if got, want := Path("r", name), "public/r/"+name; got != want {
			t.Errorf("Path(r, %q) = %q; want %q", name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if served < 3 { // script, style and icon
		t.Errorf("%d files are served; want some", served)
	}
}

// TestHash: the hash changes whenever a file does, comes or goes.
func TestHash(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	seen := map[string]string{}
	for name, fsys := range map[string]fstest.MapFS{
		"two":     {"a.js": file("1"), "lib/b.js": file("2")},
		"changed": {"a.js": file("1"), "lib/b.js": file("3")},
		"swapped": {"a.js": file("2"), "lib/b.js": file("1")},
		"moved":   {"a.js": file("12"), "lib/b.js": file("")},
		"renamed": {"a.js": file("1"), "lib/c.js": file("2")},
		"one":     {"a.js": file("1")},
		"none":    {},
	} {
		h := hashOf(fsys)
		if other, ok := seen[h]; ok || len(h) != 12 || hashOf(fsys) != h {
			t.Errorf("the hash of %s is %q, and of %s as well", name, h, other)
		}
		seen[h] = name
	}
	if hashOf(FS()) != Hash() {
		t.Errorf("Hash() = %s; want that of the files, %s", Hash(), hashOf(FS()))
	}
}

// TestImports: what a module or the style names beside itself is there.
func TestImports(t *testing.T) {
	named := regexp.MustCompile(`(?:from|import) "\./([^"]+)"|url\("?([^")]+)"?\)`)
	found := 0
	for _, pattern := range []string{"*.js", "*.css"} {
		files, err := fs.Glob(FS(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := fs.ReadFile(FS(), file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllSubmatch(text, -1) {
				name := string(m[1]) + string(m[2])
				if found++; !Has(name) && !strings.HasPrefix(name, "data:") {
					t.Errorf("%s names %s, which is not there", file, name)
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("the modules import %d others; want more, or this pattern has grown old", found)
	}
}

func TestPathUnknown(t *testing.T) {
	if Has("nowhere.js") {
		t.Error("Has(unknown) = true; want false")
	}
	defer func() {
		if recover() == nil {
			t.Error("Path(unknown) did not panic")
		}
	}()
	Path("r", "nowhere.js")
}
