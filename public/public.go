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

// FS returns the embedded files: "app.js", "lib/htmx.min.js" and so on.
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

// Path returns the address of a file relative to the application's root, with
// its content hash: "public/app.js?v=3b0c…". The address changes when the
// content does, so what it answers may be cached for ever. It panics when
// there is no such file.
func Path(name string) string {
	hash := Hash(name)
	if hash == "" {
		panic(fmt.Sprintf("public: no file %q (files in lib/ come from: %s)", name, assetsCommand))
	}
	return "public/" + name + "?v=" + hash
}

// Hash returns the content hash of a file as in [Path], or "" for a name that
// is nothing to serve: an unknown one, a directory, a dot file. During a
// rolling update a replica is asked for another release's hash; only an
// answer to its own hash may be marked immutable.
func Hash(name string) string { return hashes()[name] }

var hashes = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		m[name] = hex.EncodeToString(sum[:6])
		return nil
	})
	if err != nil {
		panic("public: " + err.Error()) // embedded files cannot fail to read
	}
	return m
})
