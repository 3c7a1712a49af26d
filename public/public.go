// Package public embeds the static files of the page: our script, style and icon beside this file,
// and the third-party files in lib/, which the task "assets" copies from npm packages. Nothing
// depends on the working directory. Git holds only a placeholder of lib/; [Check] reports a build
// with an empty one.
package public

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// The prefix all: includes lib/.gitkeep. Without a file in lib/ a fresh clone would not compile.
//
//go:embed all:lib *.css *.js *.svg
var files embed.FS

// libraries are the third-party files that the page needs.
var libraries = [...]string{"lib/htmx.min.js", "lib/hx-sse.min.js"}

// assetsCommand fills lib/, in the form the README gives.
const assetsCommand = "go run github.com/go-task/task/v3/cmd/task@v3.44.1 assets"

// FS returns the embedded files: "lab.js", "lib/htmx.min.js" and so on.
func FS() fs.FS { return files }

// Check returns an error that names the missing third-party files and the command that fetches
// them, or nil if none is missing.
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

// Path returns the address of a file of a release relative to the application's root:
// "public/3b0c…/lab.js". All files of a page have addresses of one release. A browser may therefore
// cache a file for ever, and modules that import each other belong to one release. Path panics if
// there is no such file.
func Path(release, name string) string {
	if !Has(name) {
		panic(fmt.Sprintf("public: no file %q (files in lib/ come from: %s)", name, assetsCommand))
	}
	return "public/" + release + "/" + name
}

// Has reports whether there is a file of this name to serve. Directories and dot files are not
// served.
func Has(name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir() && !strings.HasPrefix(info.Name(), ".")
}

// Modules returns the names of the modules of the script: the entry, and what it imports.
func Modules() []string { return modules() }

var modules = sync.OnceValue(func() []string {
	names, err := fs.Glob(files, "*.js")
	if err != nil {
		panic("public: " + err.Error()) // only a malformed pattern is an error
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == guardFile || name == sweepFile })
})

// Guard is the part of the script that stands in the page itself. Its file says why.
//
//go:embed guard.js
var Guard string

const guardFile = "guard.js"

// sweepFile is the script of the page of a sweep.
const sweepFile = "sweep.js"

// GuardSource returns what a content security policy calls the guard: the hash of its text.
func GuardSource() string {
	sum := sha256.Sum256([]byte(Guard))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Hash returns a hash of all files: twelve hexadecimal digits. It is a part of the name of a
// release, which views.Release gives.
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
