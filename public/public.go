// Package public holds the files the browser gets as they are: our own
// script, style and icon beside this file, and in lib/ the third-party ones
// that the assets task copies from npm packages. All are embedded, so nothing
// depends on the working directory. lib/ is not in git but for a placeholder;
// [Check] says so when it was never filled.
package public

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// The prefix all: takes in lib/.gitkeep: a fresh clone, whose lib/ holds nothing
// else, would not compile without it.
//
//go:embed all:lib *.css *.js *.svg
var files embed.FS

// libraries are the third-party files the page cannot do without.
var libraries = [...]string{"lib/htmx.min.js", "lib/hx-sse.min.js"}

// assetsCommand fills lib/, in the form the README gives.
const assetsCommand = "go run github.com/go-task/task/v3/cmd/task@v3.44.1 assets"

// FS returns the embedded files: "lab.js", "lib/htmx.min.js" and so on.
func FS() fs.FS { return files }

// Check returns an error that names the missing third-party files and the
// command that fetches them, or nil when all are there.
func Check() error { return check(files) }

func check(fsys fs.FS) error {
	var missing []string
	for _, name := range libraries {
		if _, err := fs.Stat(fsys, name); err != nil {
			missing = append(missing, "public/"+name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("built without %s; run this in the repository, then build again: %s",
		strings.Join(missing, ", "), assetsCommand)
}

// Path returns the address of a file relative to the application's root:
// "public/3b0c…/lab.js". The hash is of all files, so the address changes when
// any of them does: what it answers may be cached for ever, and modules that
// import each other are of one release. It panics when there is no such file.
func Path(name string) string {
	if !Has(name) {
		panic(fmt.Sprintf("public: no file %q (files in lib/ come from: %s)", name, assetsCommand))
	}
	return "public/" + Hash() + "/" + name
}

// Has reports whether a name is that of a file to serve, and not of a directory
// or a dot file.
func Has(name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir() && !strings.HasPrefix(info.Name(), ".")
}

// Hash returns the hash of all files that is in their addresses, twelve
// hexadecimal digits. During a rolling update a replica is asked for files of
// another release; only what is asked for by its own hash may be kept.
func Hash() string { return hash() }

var hash = sync.OnceValue(func() string { return hashOf(files) })

func hashOf(fsys fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		return err
	})
	if err != nil {
		panic("public: " + err.Error()) // embedded files cannot fail to read
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}
