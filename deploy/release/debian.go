package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// debian writes the package for Debian and what is made of it, by Debian's own dpkg-deb.
func (b *build) debian(arch string, program []byte) error {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		return fmt.Errorf("%w: it comes with Debian, and elsewhere as dpkg", err)
	}
	files, err := b.debianFiles(arch, program)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "nnvisu")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := lay(folder, files, b.time); err != nil {
		return err
	}
	env := append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(b.time.Unix(), 10))
	name := "nnvisu_" + b.version + "_" + arch + ".deb"
	// One thread, as the compressed bytes depend on their number. Level 1 takes 2 seconds and 7.2 MB,
	// level 6 takes 10 seconds and 6.3 MB.
	if _, err := output(env, "dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--threads-max=1", "--build", folder, filepath.Join(b.out, name)); err != nil {
		return err
	}
	return b.tell(name)
}

// lay writes files into a folder, all of one time, and with their modes whatever the umask is.
func lay(folder string, files []file, at time.Time) error {
	for _, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.data, f.mode); err != nil {
			return err
		}
		if err := os.Chmod(name, f.mode); err != nil {
			return err
		}
	}
	return filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(name, 0o755)
		}
		return errors.Join(err, os.Chtimes(name, at, at))
	})
}

// debianFiles returns what the package has. Its texts follow Debian's policy, chapter 12: copyright
// has the licence, changelog that of the package, NEWS that of the program.
func (b *build) debianFiles(arch string, program []byte) ([]file, error) {
	var failed error
	text := func(name string) []byte {
		data, err := read(name)
		failed = errors.Join(failed, err)
		return data
	}
	packed := func(data []byte) []byte {
		data, err := gzipped(data, gzip.BestCompression) // as the policy wants
		failed = errors.Join(failed, err)
		return data
	}
	control := text("deploy/release/debian/control")
	maintainer := regexp.MustCompile(`(?m)^Maintainer: (.*)$`).FindSubmatch(control)
	if maintainer == nil {
		return nil, errors.Join(failed, errors.New("deploy/release/debian/control has no Maintainer"))
	}
	changelog := fmt.Sprintf("nnvisu (%s) unstable; urgency=medium\n\n  * NEWS.gz says what is new.\n\n -- %s  %s\n",
		b.version, maintainer[1], b.time.Format(time.RFC1123Z))
	rights := string(text("LICENSE")) + "\nThe program contains parts of others. Their licences are in THIRD-PARTY.txt.gz beside this file.\n" +
		"On Debian the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0, too.\n"
	files := []file{
		{"usr/bin/nnvisu", 0o755, program},
		{"usr/lib/systemd/system/nnvisu.service", 0o644, bytes.ReplaceAll(text("deploy/nnvisu.service"), []byte("/usr/local/bin"), []byte("/usr/bin"))},
		{"usr/share/doc/nnvisu/NEWS.gz", 0o644, packed(text("CHANGELOG.md"))},
		{"usr/share/doc/nnvisu/THIRD-PARTY.txt.gz", 0o644, packed(b.licences)},
		{"usr/share/doc/nnvisu/changelog.gz", 0o644, packed([]byte(changelog))},
		{"usr/share/doc/nnvisu/copyright", 0o644, []byte(rights)},
		// A program in Go has all that it needs.
		{"usr/share/lintian/overrides/nnvisu", 0o644, []byte("nnvisu: statically-linked-binary [usr/bin/nnvisu]\n")},
		{"usr/share/man/man1/nnvisu.1.gz", 0o644, packed(b.manual)},
	}
	kilobytes := 0
	for _, f := range files {
		kilobytes += (len(f.data) + 1023) / 1024
	}
	fill := strings.NewReplacer("@VERSION@", b.version, "@ARCHITECTURE@", arch, "@SIZE@", strconv.Itoa(kilobytes))
	files = append(files, file{"DEBIAN/control", 0o644, []byte(fill.Replace(string(control)))})
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		files = append(files, file{"DEBIAN/" + name, 0o755, text("deploy/release/debian/" + name)})
	}
	return files, failed
}
