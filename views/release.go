package views

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/nnvisu/nnvisu/public"
)

// sources are the files of this package. They are embedded to be named, and for nothing else.
//
//go:embed *.go *.templ
var sources embed.FS

// Release returns the name of what a page consists of: the script, the style, and the HTML that the
// page and its streams are made of. Two servers with one name can serve one page in turn. With
// another name, a page could draw frames that its script does not understand.
//
// It is a hash of the sources. So it needs no number that somebody must change, and no commit, which
// not every build knows; it is the same on every kind of machine; and a release that changes only
// the mathematics or the API has the same name and leaves open pages alone.
func Release() string { return release() }

var release = sync.OnceValue(func() string { return releaseOf(sources, public.Hash()) })

// releaseOf names the sources of the views, together with the hash of the public files: twelve
// hexadecimal digits. Tests and generated code say nothing more.
func releaseOf(sources fs.FS, public string) string {
	sum := sha256.New()
	fmt.Fprintln(sum, public)
	entries, err := fs.ReadDir(sources, ".")
	for _, entry := range entries {
		name := entry.Name()
		if err != nil || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		var text []byte
		text, err = fs.ReadFile(sources, name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	if err != nil {
		panic("views: " + err.Error()) // embedded files cannot fail to read
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}
