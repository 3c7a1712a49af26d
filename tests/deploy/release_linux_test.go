package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// stranger is a user who owns nothing, as the image names it.
const stranger = 65532

// releases makes a release for this machine twice, at the same time, in two folders that have a copy
// of what the program is built from. It returns where the files of both are.
var releases = sync.OnceValues(func() (made [2]string, err error) {
	var errs [2]error
	var both sync.WaitGroup
	for i := range made {
		source := filepath.Join(folder, fmt.Sprintf("source%d", i))
		made[i] = filepath.Join(source, "made")
		both.Go(func() { errs[i] = makeRelease(source, made[i]) })
	}
	both.Wait()
	for _, err := range errs {
		if err != nil {
			return made, err
		}
	}
	return made, nil
})

func makeRelease(source, out string) error {
	for _, name := range []string{"deploy", "handlers", "nn", "public", "views"} {
		if err := os.CopyFS(filepath.Join(source, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return err
		}
	}
	names, err := filepath.Glob(filepath.Join(root, "*.*"))
	for _, name := range append(names, filepath.Join(root, "LICENSE")) {
		info, statErr := os.Stat(name)
		if err != nil || statErr != nil || !info.Mode().IsRegular() {
			continue
		}
		var data []byte
		if data, err = os.ReadFile(name); err == nil {
			err = os.WriteFile(filepath.Join(source, filepath.Base(name)), data, 0o644)
		}
	}
	if err != nil {
		return err
	}
	command := exec.Command("go", "run", "./deploy/release", "-out", out, "-targets", "linux/"+runtime.GOARCH)
	command.Dir = source
	command.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1800000000")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("deploy/release: %w\n%s", err, said)
	}
	return nil
}

// released returns the path of a file of the release that matches the pattern.
func released(t *testing.T, pattern string) string {
	t.Helper()
	tools.Find(t, "dpkg-deb")
	made, err := releases()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(made[0], pattern))
	if err != nil || len(names) != 1 {
		t.Fatalf("the release has %q as %s, %v; want one", names, pattern, err)
	}
	return names[0]
}

// TestReleaseSame: a release has the same bytes in any folder, and its checksums are right.
func TestReleaseSame(t *testing.T) {
	sums := released(t, "SHA256SUMS")
	made, _ := releases()
	text, err := os.ReadFile(sums)
	if err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(filepath.Join(made[1], "SHA256SUMS"))
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("two releases have the sums\n%sand\n%s, %v; want the same", text, again, err)
	}
	entries, err := os.ReadDir(made[0])
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, entry := range entries {
		if entry.Name() == "SHA256SUMS" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(made[0], entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		want += fmt.Sprintf("%x  %s\n", sha256.Sum256(data), entry.Name())
	}
	if string(text) != want || strings.Count(want, "\n") != 5 {
		t.Errorf("SHA256SUMS is\n%s\nwant the sums of an archive, a package, an image, components and licences\n%s", text, want)
	}
}

// TestReleaseArchive: the archive has a static program and all that belongs to it, of root and of
// one time. Everything inside the program is in the list of components, with a licence.
func TestReleaseArchive(t *testing.T) {
	inside := map[string][]byte{}
	readTar(t, unpacked(t, released(t, "*.tar.gz")), func(h *tar.Header, data []byte) {
		if h.Uid != 0 || h.Gid != 0 || h.ModTime.Unix() != 1800000000 {
			t.Errorf("%s is of %d:%d and %v; want root, and the time of the release", h.Name, h.Uid, h.Gid, h.ModTime)
		}
		if h.Typeflag == tar.TypeReg {
			inside[filepath.Base(h.Name)] = data
		}
	})
	for _, name := range []string{"nnvisu", "nnvisu.1", "nnvisu.service", "LICENSE", "THIRD-PARTY.txt", "README.md", "CHANGELOG.md"} {
		if len(inside[name]) == 0 {
			t.Errorf("the archive has no %s", name)
		}
	}
	if len(inside) != 7 {
		t.Errorf("the archive has %d files; want 7", len(inside))
	}
	info, err := buildinfo.Read(bytes.NewReader(inside["nnvisu"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" && s.Value != "0" || s.Key == "-trimpath" && s.Value != "true" {
			t.Errorf("the program is built with %s=%s", s.Key, s.Value)
		}
	}

	var bill struct {
		BOMFormat  string `json:"bomFormat"`
		Components []struct {
			Name, Version, Purl string
			Licenses            []struct {
				License    struct{ ID string }
				Expression string
			}
		}
	}
	text, err := os.ReadFile(released(t, "*.cdx.json"))
	if err == nil {
		err = json.Unmarshal(text, &bill)
	}
	if err != nil || bill.BOMFormat != "CycloneDX" {
		t.Fatalf("the list of components is of the format %q, %v", bill.BOMFormat, err)
	}
	var got []string
	for _, c := range bill.Components {
		got = append(got, c.Purl)
		if len(c.Licenses) == 0 || c.Licenses[0].License.ID+c.Licenses[0].Expression == "" {
			t.Errorf("%s has no licence", c.Name)
		}
		if !bytes.Contains(inside["THIRD-PARTY.txt"], []byte("\n"+c.Name+" "+c.Version+", ")) {
			t.Errorf("THIRD-PARTY.txt has no text of %s %s", c.Name, c.Version)
		}
	}
	lock, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	htmx := regexp.MustCompile(`"node_modules/htmx.org": \{\s*"version": "(.*?)"`).FindSubmatch(lock)
	want := []string{"pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), "pkg:npm/htmx.org@" + string(htmx[1])}
	for _, module := range info.Deps {
		want = append(want, "pkg:golang/"+module.Path+"@"+module.Version)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the components are %q; want what is in the program, %q", got, want)
	}
}

// TestPackage: dpkg installs the package below a folder and enables its service, which systemd finds
// well shut. The program runs with the settings of the unit. A purge leaves nothing behind.
func TestPackage(t *testing.T) {
	name := released(t, "*.deb")
	if lintian, err := exec.LookPath("lintian"); err != nil {
		t.Logf("the package is installed, but not judged by Debian's rules: %v", err)
	} else if said, err := exec.CommandContext(contract.Soon(t), lintian, "--allow-root", "--fail-on", "error,warning", name).CombinedOutput(); err != nil {
		t.Errorf("lintian: %v\n%s", err, said)
	}
	to := t.TempDir()
	if err := os.Chmod(to, 0o755); err != nil {
		t.Fatal(err)
	}
	dpkg := func(args ...string) {
		t.Helper()
		command := exec.CommandContext(contract.Soon(t), "dpkg", append([]string{
			// Its scripts have no shell of their own there, and what it depends on is not installed.
			"--root=" + to, "--force-not-root", "--force-script-chrootless", "--force-depends", "--log=/dev/null",
		}, args...)...)
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("dpkg %q: %v\n%s", args, err, said)
		}
	}
	installed := os.Geteuid() == 0 // only root can own files as root
	if installed {
		for _, dir := range []string{"info", "updates", "triggers"} {
			if err := os.MkdirAll(filepath.Join(to, "var/lib/dpkg", dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(to, "var/lib/dpkg/status"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		dpkg("--install", name)
		link, err := os.Readlink(filepath.Join(to, "etc/systemd/system/multi-user.target.wants/nnvisu.service"))
		if err != nil || !strings.HasSuffix(link, "/systemd/system/nnvisu.service") {
			t.Errorf("the service is enabled as %q, %v", link, err)
		}
	} else if said, err := exec.CommandContext(contract.Soon(t), "dpkg-deb", "--extract", name, to).CombinedOutput(); err != nil {
		t.Fatalf("dpkg-deb --extract: %v\n%s", err, said)
	}

	unit, err := os.ReadFile(filepath.Join(to, "usr/lib/systemd/system/nnvisu.service"))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(to, "usr/bin/nnvisu")
	judgeUnit(t, strings.Replace(string(unit), "ExecStart=/usr/bin/nnvisu", "ExecStart="+program, 1))
	command := exec.Command(program, "-addr", "127.0.0.1:0")
	for _, line := range regexp.MustCompile(`(?m)^Environment=(.*)$`).FindAllStringSubmatch(string(unit), -1) {
		command.Env = append(command.Env, strings.Fields(line[1])...)
	}
	if len(command.Env) < 2 {
		t.Errorf("the unit has the variables %q; want some settings", command.Env)
	}
	serves(t, command)

	if installed {
		dpkg("--purge", "nnvisu")
		filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !strings.Contains(path, "/var/lib/dpkg/") {
				t.Errorf("a purge leaves %s", path)
			}
			return err
		})
	}
}

// TestImage: each blob of the image is what its digest says. The layer alone is enough to run the
// program as its config says, as a user who owns nothing. It has no shell and no other program.
func TestImage(t *testing.T) {
	blobs := map[string][]byte{}
	data, err := os.ReadFile(released(t, "*.oci.tar"))
	if err != nil {
		t.Fatal(err)
	}
	readTar(t, data, func(h *tar.Header, data []byte) { blobs[h.Name] = data })
	type descriptor struct {
		MediaType, Digest string
		Size              int
	}
	blob := func(d descriptor) []byte {
		t.Helper()
		data := blobs["blobs/"+strings.Replace(d.Digest, ":", "/", 1)]
		if sum := fmt.Sprintf("sha256:%x", sha256.Sum256(data)); sum != d.Digest || len(data) != d.Size {
			t.Fatalf("a blob of %d bytes has the digest %s; want %+v", len(data), sum, d)
		}
		return data
	}
	decodeJSON := func(data []byte, v any) {
		t.Helper()
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
	}
	var index struct{ Manifests []descriptor }
	decodeJSON(blobs["index.json"], &index)
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	decodeJSON(blob(index.Manifests[0]), &manifest)
	var config struct {
		Architecture, OS string
		Config           struct {
			User            string
			Entrypoint, Cmd []string
			ExposedPorts    map[string]any
		}
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	decodeJSON(blob(manifest.Config), &config)
	c := config.Config
	if config.Architecture != runtime.GOARCH || config.OS != "linux" || c.User != fmt.Sprintf("%d:%d", stranger, stranger) ||
		c.ExposedPorts["8888/tcp"] == nil || !slices.Equal(c.Entrypoint, []string{"/nnvisu"}) || len(manifest.Layers) != 1 {
		t.Errorf("the image is %+v with %d layers; want /nnvisu, as nobody, on port 8888", config, len(manifest.Layers))
	}

	packed, err := gzip.NewReader(bytes.NewReader(blob(manifest.Layers[0])))
	if err != nil {
		t.Fatal(err)
	}
	layer, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("sha256:%x", sha256.Sum256(layer)); !slices.Equal(config.RootFS.DiffIDs, []string{sum}) {
		t.Errorf("the layer is %s; want %q", sum, config.RootFS.DiffIDs)
	}
	to := t.TempDir()
	programs := 0
	readTar(t, layer, func(h *tar.Header, data []byte) {
		name := filepath.Join(to, filepath.Clean("/"+h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.Mkdir(name, h.FileInfo().Mode())
		} else {
			err = os.WriteFile(name, data, h.FileInfo().Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg && h.Mode&0o111 != 0 {
			programs++
		}
	})
	if programs != 1 {
		t.Errorf("the layer has %d programs; want one", programs)
	}

	args := append(slices.Clone(c.Cmd), "-addr", "127.0.0.1:0")
	command := exec.Command(filepath.Join(to, c.Entrypoint[0]), args...)
	command.Env = []string{}
	if os.Geteuid() == 0 {
		for dir := to; dir != "/"; dir = filepath.Dir(dir) { // up to the folders of all
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o005 == 0o005 {
				break
			} else if err := os.Chmod(dir, info.Mode().Perm()|0o055); err != nil {
				t.Fatal(err)
			}
		}
		command.Path = c.Entrypoint[0]
		command.Dir = "/"
		command.SysProcAttr = &syscall.SysProcAttr{Chroot: to, Credential: &syscall.Credential{Uid: stranger, Gid: stranger}}
	}
	serves(t, command)
}

// serves starts the program and fetches the page with its script, then ends it with SIGTERM.
func serves(t *testing.T, command *exec.Cmd) {
	t.Helper()
	said, log, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	command.Stderr = log
	command.Env = append(command.Env, "NNVISU_DRAIN_DELAY=0s")
	err = command.Start()
	log.Close() // the process has its own copy
	if err != nil {
		t.Fatal(err)
	}
	defer command.Process.Kill()
	said.SetReadDeadline(time.Now().Add(contract.Patience))
	var text []byte
	var url string
	for buffer := make([]byte, 4096); url == ""; {
		n, err := said.Read(buffer)
		text = append(text, buffer[:n]...)
		if m := regexp.MustCompile(`url=(\S+/)\s`).FindSubmatch(text); m != nil {
			url = string(m[1])
		} else if err != nil {
			t.Fatalf("the program says %s, %v; want its address", text, err)
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if a := command.SysProcAttr; a != nil && (err != nil || !strings.Contains(string(status), fmt.Sprintf("\nUid:\t%d\t", stranger))) {
		t.Errorf("the program does not run as %d: %v", stranger, err)
	}
	client := &http.Client{Timeout: contract.Patience}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if page, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("htmx.min.js")) {
		t.Errorf("GET / = %s, %d bytes, %v; want the page with its script", answer.Status, len(page), err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("behind SIGTERM the program ends with %v", err)
	}
}

// unpacked returns what a file compressed by gzip has.
func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readTar calls f for each entry of a tar archive.
func readTar(t *testing.T, archive []byte, f func(h *tar.Header, data []byte)) {
	t.Helper()
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		f(h, data)
	}
}
