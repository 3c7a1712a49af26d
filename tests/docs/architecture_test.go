package docs

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// module is the path of the module.
const module = "github.com/nnvisu/nnvisu"

// roomOf returns the folder of a package of the module, as the table of rooms writes it.
func roomOf(importPath string) string {
	if importPath == module {
		return "main.go"
	}
	return strings.TrimPrefix(importPath, module+"/") + "/"
}

// imports returns what each room of the module imports: rooms, and packages of other modules. It
// leaves out tests and the standard library.
func imports(tb testing.TB) (rooms, others map[string][]string) {
	tb.Helper()
	rooms, others = map[string][]string{}, map[string][]string{}
	list := goTool(contract.Soon(tb), tb, "list", "-json=ImportPath,Imports", "./...")
	for decoder := json.NewDecoder(strings.NewReader(list)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return rooms, others
		} else if err != nil {
			tb.Fatal(err)
		}
		room := roomOf(p.ImportPath)
		rooms[room] = nil
		for _, path := range p.Imports {
			domain, _, _ := strings.Cut(path, "/")
			switch {
			case strings.HasPrefix(path, module+"/"):
				rooms[room] = append(rooms[room], roomOf(path))
			case strings.Contains(domain, "."):
				others[room] = append(others[room], path)
			}
		}
		slices.Sort(rooms[room])
	}
}

// TestRooms: the table of rooms has every package, with the packages of the module that it imports.
// Its other rows are folders that exist.
func TestRooms(t *testing.T) {
	packages, _ := imports(t)
	rooms := map[string]bool{}
	for _, row := range table(t, "room") {
		if len(row) != 3 {
			t.Errorf("the room %q; want three cells", row)
			continue
		}
		room := quoted(row[0])[0]
		rooms[room] = true
		want, isPackage := packages[room]
		if _, err := os.Stat(filepath.Join(root, room)); !isPackage && err != nil {
			t.Errorf("the table of rooms has %s: %v", room, err)
		}
		got := quoted(row[2])
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("the table says that %s imports %q; want %s", room, got, cell(want))
		}
	}
	for _, kind := range []string{"tests/*/", "tests/bench/*/"} { // some have no package
		folders, err := filepath.Glob(filepath.Join(root, kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			room, err := filepath.Rel(root, folder)
			if err != nil {
				t.Fatal(err)
			}
			room = filepath.ToSlash(room) + "/"
			if info, err := os.Stat(folder); err != nil || !info.IsDir() || room == "tests/bench/" {
				continue
			}
			if !rooms[room] {
				t.Errorf("the table of rooms lacks %s", room)
			}
		}
	}
	for _, room := range slices.Sorted(maps.Keys(packages)) {
		if !rooms[room] {
			t.Errorf("the table of rooms lacks %s, which imports %s", room, cell(packages[room]))
		}
	}
}

// cell returns names as a cell of a table has them.
func cell(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// TestArrows: no room imports what the architecture forbids it.
func TestArrows(t *testing.T) {
	rooms, others := imports(t)
	for _, rule := range []struct {
		from    string   // rooms that begin with it
		only    []string // import only rooms that begin with one of these
		modules []string // and, of other modules, only packages that do; nil: any
	}{
		{"nn/", []string{"nn/"}, []string{
			"gonum.org/", "golang.org/x/sys/", "golang.org/x/text/", "google.golang.org/protobuf/",
			"github.com/mmcloughlin/avo/", "github.com/go-json-experiment/json",
		}},
		{"public/", []string{}, []string{}},
		{"views/", []string{"nn/", "public/", "views/drawing/"}, nil},
		{"handlers/wire/", []string{"nn/"}, nil},
		{"handlers/stream/", []string{"handlers/stream/"}, nil},
		{"handlers/", []string{"handlers/", "views/", "nn/", "public/"}, nil},
		{"main.go", []string{"handlers/", "nn/", "public/"}, nil},
	} {
		for room := range rooms {
			if !strings.HasPrefix(room, rule.from) {
				continue
			}
			checkImports(t, room, rooms[room], rule.only)
			if rule.modules != nil {
				checkImports(t, room, others[room], rule.modules)
			}
		}
	}
}

// checkImports fails the test unless each import begins with one of those allowed.
func checkImports(t *testing.T, room string, imports, allowed []string) {
	t.Helper()
	for _, path := range imports {
		begins := func(start string) bool { return strings.HasPrefix(path, start) }
		if !slices.ContainsFunc(allowed, begins) {
			t.Errorf("%s imports %s; want only %q", room, path, allowed)
		}
	}
}

// TestFileNames: the files and folders that the documents for contributors name exist.
func TestFileNames(t *testing.T) {
	name := regexp.MustCompile(`^[\w./-]+(\.(go|templ|js|css|s|yml|json|md|py)|/)$`)
	names := 0
	for _, document := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		for _, word := range quoted(read(t, document)) {
			if !name.MatchString(word) {
				continue
			}
			names++
			if _, err := os.Stat(filepath.Join(root, word)); err != nil {
				t.Errorf("%s names %s: %v", document, word, err)
			}
		}
	}
	if names == 0 {
		t.Error("no document names a file")
	}
}
