//go:build unix

package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestCommandLine: a mistake is one line and the status 1, and Ctrl+C keeps what was trained.
func TestCommandLine(t *testing.T) {
	s := contract.Start(t)
	c := python.install(t)
	command := func(arguments ...string) *exec.Cmd {
		run := exec.CommandContext(contract.Soon(t), c.program, append([]string{python.client, "--url", s.Root}, arguments...)...)
		run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH")}
		return run
	}
	c.write(t, "notes.json", []byte(`["notes"]`))
	for arguments, want := range map[string]string{
		"new moons run.json learning_rate=-1":      "nnvisu.py: config.learning_rate must be greater than 0; got -1\n",
		"new moon run.json":                        "nnvisu.py: dataset must be one of",
		"new moons run.json hidden_layers=8,broad": "nnvisu.py: config.hidden_layers",
		"train nowhere.json":                       "nnvisu.py: [Errno 2] No such file or directory: 'nowhere.json'\n",
		"replay Circles run.json":                  "nnvisu.py: journal cannot be read",
		"predict notes.json 0.5,0":                 "nnvisu.py: this is not the file of a state, version 1\n",
	} {
		out, err := command(strings.Fields(arguments)...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.HasPrefix(string(out), want) || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%s: %v, %q; want status 1, %q", arguments, err, out, want)
		}
	}

	told := "AQUwLjEuMB1kYXRhc2V0PW1vb25zJmhpZGRlbl9sYXllcnM9NAJ4AQEHBDAuMDF4BgDIAVERh1AA" // 200 steps, of release 0.1.0
	if out, err := command("replay", "--anyway", "http://localhost:8888/?journal="+told, "told.json").CombinedOutput(); err != nil {
		t.Fatalf("replay: %v\n%s", err, out)
	}
	if got := c.read(t, "told.json"); !bytes.Contains(got, []byte(`"step":200`)) {
		t.Errorf("replay writes %.300s; want the state at step 200", got)
	}
	if out, err := command("new", "moons", "run.json", "hidden_layers=", "features=x,sin_y").CombinedOutput(); err != nil {
		t.Fatalf("new: %v\n%s", err, out)
	}
	run := command("train", "run.json", "--steps", "0", "--every", "10")
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	interrupt := sync.OnceFunc(func() { _ = run.Process.Signal(syscall.SIGINT) }) // it runs until then
	for lines := bufio.NewScanner(out); lines.Scan(); {
		last = lines.Text()
		var step int
		if _, err := fmt.Sscanf(last, "step %d ", &step); err == nil && step >= 50 { // a busy server leaves out frames
			interrupt()
		}
	}
	if err := run.Wait(); err != nil {
		t.Errorf("after Ctrl+C: %v; want the status 0", err)
	}
	var saved struct {
		Config  struct{ Features []string }
		Network struct{ Step int }
	}
	if err := json.Unmarshal(c.read(t, "run.json"), &saved); err != nil {
		t.Fatal(err)
	}
	if saved.Network.Step < 50 || len(saved.Config.Features) != 2 {
		t.Errorf("the file has the state at step %d, with %q; want 50 or more (the last line is %q)",
			saved.Network.Step, saved.Config.Features, last)
	}
}
