//go:build unix

package deploy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/fleet"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// read returns a file of deploy/.
func read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// decode reads all values of a YAML file. Unknown members are errors if out has members.
func decode[T any](tb testing.TB, name string) []T {
	tb.Helper()
	var all []T
	decoder := yaml.NewDecoder(strings.NewReader(read(tb, name)))
	for {
		var v T
		err := decoder.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			tb.Fatalf("deploy/%s: %v", name, err)
		}
		all = append(all, v)
	}
}

// TestBalancerFiles: each program understands its file as it is shipped.
func TestBalancerFiles(t *testing.T) {
	for name, file := range fleet.Kinds() {
		path, err := filepath.Abs(filepath.Join(root, "deploy", file))
		if err != nil {
			t.Fatal(err)
		}
		if name == "nginx" { // it writes its log and its pid beside the file
			copied := filepath.Join(t.TempDir(), file)
			if err := os.WriteFile(copied, []byte(read(t, file)), 0o644); err != nil {
				t.Fatal(err)
			}
			path = copied
		}
		if err := fleet.Check(name, tools.Balancer(t, root, name), path); err != nil {
			t.Errorf("deploy/%s: %v", file, err)
		}
	}
}

// TestCaddyVersion: the task builds the version that the tests ask for.
func TestCaddyVersion(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Taskfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "go install "+tools.Caddy+"\n") {
		t.Errorf("Taskfile.yml does not install %s", tools.Caddy)
	}
}

// TestGrace: wherever a replica is run, it is killed only after its own time to drain, it takes the
// flags that it is given, and Go knows the limit on memory.
func TestGrace(t *testing.T) {
	for name, where := range runs(t) {
		t.Run(name, func(t *testing.T) {
			server, err := program()
			if err != nil {
				t.Fatal(err)
			}
			// -version ends the program after its flags were read.
			if out, err := exec.CommandContext(contract.Soon(t), server, append(slices.Clone(where.flags), "-version")...).CombinedOutput(); err != nil {
				t.Errorf("the flags %q: %v\n%s", where.flags, err, out)
			}
			drain := flagOf(t, server, where.flags, "-drain-delay") + flagOf(t, server, where.flags, "-shutdown-timeout")
			if where.grace <= drain {
				t.Errorf("it is killed after %v; want more than the %v of -drain-delay and -shutdown-timeout", where.grace, drain)
			}
			if where.goLimit == 0 || where.goLimit > where.limit*3/4 {
				t.Errorf("GOMEMLIMIT is %d of %d bytes; want three quarters or less", where.goLimit, where.limit)
			}
		})
	}
}

// A running is how a file runs a replica.
type running struct {
	flags          []string
	grace          time.Duration
	limit, goLimit int64 // bytes
}

// runs returns how each file of deploy/ runs a replica.
func runs(t *testing.T) map[string]running {
	unit := directives(t, "nnvisu.service")
	seconds, err := time.ParseDuration(last(unit["TimeoutStopSec"]) + "s")
	if err != nil {
		t.Fatal(err)
	}
	goLimit := ""
	flags := strings.Fields(last(unit["ExecStart"]))[1:]
	for _, setting := range strings.Fields(strings.Join(unit["Environment"], " ")) {
		name, value, _ := strings.Cut(setting, "=")
		if name == "GOMEMLIMIT" {
			goLimit = value
			continue
		}
		// A variable is as good as its flag, and the program knows which flags there are.
		flags = append(flags, "-"+strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "NNVISU_"), "_", "-")), value)
	}
	all := map[string]running{"nnvisu.service": {flags, seconds, size(t, last(unit["MemoryMax"])), size(t, goLimit)}}

	for name, s := range decode[compose](t, "compose.yaml")[0].Services {
		if s.Image != "nnvisu" {
			continue
		}
		grace, err := time.ParseDuration(s.Grace)
		if err != nil {
			t.Fatalf("compose.yaml, %s: stop_grace_period: %v", name, err)
		}
		all["compose.yaml, "+name] = running{s.Command, grace, size(t, s.Limit), size(t, s.Environment["GOMEMLIMIT"])}
	}

	for _, d := range decode[deployment](t, "kubernetes.yaml") {
		if d.Kind != "Deployment" {
			continue
		}
		pod := d.Spec.Template.Spec
		c := pod.Containers[0]
		run := running{flags: c.Args, grace: time.Duration(pod.Grace) * time.Second, limit: size(t, c.Resources.Limits["memory"])}
		for _, v := range c.Env {
			if v.Name == "GOMEMLIMIT" {
				run.goLimit = size(t, v.Value)
			}
		}
		all["kubernetes.yaml"] = run
	}
	if len(all) != 5 {
		t.Fatalf("%d ways to run a replica; want a unit, three services and a deployment", len(all))
	}
	return all
}

type compose struct {
	Services map[string]struct {
		Image       string
		Build       struct{ Context, Dockerfile, Target string }
		Command     []string
		Grace       string `yaml:"stop_grace_period"`
		Limit       string `yaml:"mem_limit"`
		Environment map[string]string
		Networks    any
		Volumes     []string
	}
}

type deployment struct {
	Kind string
	Spec struct {
		Template struct {
			Spec struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []struct {
					Args      []string
					Env       []struct{ Name, Value string }
					Resources struct{ Limits map[string]string }
				}
			}
		}
	}
}

// directives reads a unit of systemd: the values of each directive in turn.
func directives(tb testing.TB, name string) map[string][]string {
	tb.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(read(tb, name)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			tb.Errorf("deploy/%s: %q is no directive", name, line)
		}
		all[key] = append(all[key], value)
	}
	return all
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// size reads a number of bytes, such as 768MiB, 1Gi, 1G or 1g, which are binary in all these files.
func size(tb testing.TB, text string) int64 {
	tb.Helper()
	m := regexp.MustCompile(`^(\d+)([MmGg])i?B?$`).FindStringSubmatch(text)
	if m == nil {
		tb.Fatalf("%q is no number of bytes", text)
	}
	n := int64(0)
	for _, digit := range m[1] {
		n = 10*n + int64(digit-'0')
	}
	if strings.EqualFold(m[2], "g") {
		n <<= 10
	}
	return n << 20
}

// flagOf returns a duration that the flags give, or its default in the help of the program.
func flagOf(tb testing.TB, program string, flags []string, name string) time.Duration {
	tb.Helper()
	var text string
	if i := slices.Index(flags, name); i >= 0 {
		text = flags[i+1]
	} else {
		help, err := exec.CommandContext(contract.Soon(tb), program, "-help").Output()
		if err != nil {
			tb.Fatal(err)
		}
		m := regexp.MustCompile(`(?s)  ` + name + ` .*?\(default (\S+?)\)`).FindSubmatch(help)
		if m == nil {
			tb.Fatalf("the help has no default of %s", name)
		}
		text = string(m[1])
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// mostExposed is the exposure that systemd may find, from 0 to 10.
const mostExposed = "15" // in tenths

// TestUnit: systemd understands the unit and finds it well shut.
func TestUnit(t *testing.T) {
	server, err := program()
	if err != nil {
		t.Fatal(err)
	}
	judgeUnit(t, strings.Replace(read(t, "nnvisu.service"), "ExecStart=/usr/local/bin/nnvisu", "ExecStart="+server, 1))
}

// judgeUnit lets systemd judge a unit. A machine without systemd has no use for the unit; TestGrace
// reads it there.
func judgeUnit(t *testing.T, text string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Logf("the unit is only read, not judged: %v", err)
		return
	}
	unit := filepath.Join(t.TempDir(), "nnvisu.service")
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--man=no", unit}, {"security", "--offline=true", "--threshold=" + mostExposed, unit}} {
		out, err := exec.CommandContext(contract.Soon(t), analyze, args...).CombinedOutput()
		// What it only warns of, such as a directive that it does not know, is in its words.
		if err != nil || args[0] == "verify" && bytes.Contains(out, []byte("nnvisu.service")) {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}

// TestCompose: the addresses of the replicas are those in the Caddyfile, the images come from the
// Dockerfile, which takes what the tasks build, and no file names a registry.
func TestCompose(t *testing.T) {
	c := decode[compose](t, "compose.yaml")[0]
	docker := read(t, "Dockerfile")
	for name, s := range c.Services {
		target := regexp.MustCompile(`(?m)^FROM scratch AS ` + regexp.QuoteMeta(s.Build.Target) + `\nCOPY ` + regexp.QuoteMeta(s.Build.Target) + ` `)
		if s.Build.Target == "" || !target.MatchString(docker) {
			t.Errorf("the service %s has the target %q; want one of the Dockerfile", name, s.Build.Target)
		}
		if dir := filepath.Join(root, "deploy", s.Build.Context); filepath.Base(dir) != "dist" {
			t.Errorf("the service %s is built in %s; want dist/", name, dir)
		}
		if s.Image != "nnvisu" {
			continue
		}
		address := regexp.MustCompile(`[\d.]+\d`).FindString(strings.TrimSpace(yamlText(t, s.Networks)))
		if !strings.Contains(read(t, "Caddyfile"), " "+address+":8888") {
			t.Errorf("the service %s has the address %s; the Caddyfile has not", name, address)
		}
	}
	files, err := os.ReadDir(filepath.Join(root, "deploy"))
	if err != nil {
		t.Fatal(err)
	}
	image := regexp.MustCompile(`(?m)^\s*(?:- )?(?:image:|FROM) +(\S+)`)
	for _, file := range files {
		if file.IsDir() {
			continue
		}
		for _, m := range image.FindAllStringSubmatch(read(t, file.Name()), -1) {
			if !slices.Contains([]string{"scratch", "nnvisu", "nnvisu-caddy"}, m[1]) {
				t.Errorf("deploy/%s has the image %s; want one that is built here", file.Name(), m[1])
			}
		}
	}
}

func yamlText(tb testing.TB, v any) string {
	tb.Helper()
	text, err := yaml.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
