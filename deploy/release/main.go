// Command release makes what a release consists of, in dist/release: static binaries in archives,
// packages for Debian, images of containers, a list of components (SBOM), the licences of all that
// is inside, and checksums. The same commit and the same version of Go give the same bytes, in any
// folder and at any time. Run it in the root of the repository, by the task "release".
//
// It needs the Go tool, and dpkg-deb for the packages. The rest is the standard library: an image
// and an archive are some files in tar, which it writes in one order, with one owner and one time.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "dist/release", "`folder` to write into; what is in it is removed")
	targets := flag.String("targets", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64",
		"`platforms` to build for, with commas between")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("release: unexpected argument %q", flag.Arg(0))
	}
	if err := release(*out, strings.Split(*targets, ",")); err != nil {
		log.Fatalf("release: %v", err)
	}
}

// A file is one that goes into an archive, a package or an image.
type file struct {
	name string // its path, with slashes
	mode os.FileMode
	data []byte
}

// A build is what all files of a release have in common.
type build struct {
	out      string
	programs map[string][]byte // by their platforms
	version  string            // 1.2.3
	full     string            // with the commit, if the Go tool recorded it
	time     time.Time         // of every file in everything
	manual   []byte
	licences []byte // of what is inside, in one text
}

// release makes everything.
func release(out string, targets []string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	b := build{out: out, programs: map[string][]byte{}}
	if err := b.ask(); err != nil {
		return err
	}
	components, err := inside(targets)
	if err != nil {
		return err
	}
	b.licences = texts(components)
	if err := b.write("THIRD-PARTY.txt", b.licences); err != nil {
		return err
	}
	if err := b.write("nnvisu_"+b.version+".cdx.json", billOfMaterials(b, components)); err != nil {
		return err
	}
	for _, target := range targets {
		if err := b.target(target); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	return b.sums()
}

// target makes what there is for one platform.
func (b *build) target(target string) error {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return fmt.Errorf("want a platform such as linux/amd64")
	}
	program, err := b.compile(system, arch)
	if err != nil {
		return err
	}
	if err := b.archive(system, arch, program); err != nil {
		return err
	}
	if system != "linux" {
		return nil
	}
	if err := b.image(arch, program); err != nil {
		return err
	}
	return b.debian(arch, program)
}

// read returns a file of the repository.
func read(name string) ([]byte, error) { return os.ReadFile(filepath.FromSlash(name)) }

// write makes a file of the release.
func (b *build) write(name string, data []byte) error {
	if err := os.WriteFile(filepath.Join(b.out, name), data, 0o644); err != nil {
		return err
	}
	return b.tell(name)
}

// tell says that a file of the release is made.
func (b *build) tell(name string) error {
	info, err := os.Stat(filepath.Join(b.out, name))
	if err == nil {
		log.Printf("%s, %d kB", name, (info.Size()+999)/1000)
	}
	return err
}

// sums writes the checksums of all files, for sha256sum -c.
func (b *build) sums() error {
	entries, err := os.ReadDir(b.out) // in the order of names
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(b.out, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), entry.Name())
	}
	return b.write("SHA256SUMS", []byte(sums.String()))
}
