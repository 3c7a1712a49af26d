//go:build unix

package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a process may take to start, on a busy machine.
const patience = 20 * time.Second

// Build builds the server into a folder and returns its path. Files of the repository may have
// another text, by their path below its root: so there can be two releases.
func Build(ctx context.Context, dir string, changed map[string]string) (string, error) {
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, fmt.Sprintf("nnvisu-%d", len(changed)))
	replaced := map[string]string{}
	for name, text := range changed {
		file := filepath.Join(dir, fmt.Sprintf("changed-%d-%s", len(replaced), filepath.Base(name)))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return "", err
		}
		replaced[filepath.Join(root, name)] = file
	}
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, text, 0o644); err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", program, ".")
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

// Root returns the folder of the repository, from any folder in it.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// FreeAddr returns an address at which nobody listens. Its port is below those that the system
// gives to the clients of other connections, so nobody takes it meanwhile.
func FreeAddr() (string, error) {
	const first, ports, tries = 12_000, 20_000, 100
	var err error
	for range tries {
		addr := fmt.Sprintf("127.0.0.1:%d", first+rand.IntN(ports))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", err
}

// probe asks with a connection of its own each time.
var probe = &http.Client{
	Timeout:   2 * time.Second,
	Transport: &http.Transport{DisableKeepAlives: true},
}

// A Replica is a process of the server. It keeps its address when it is started again.
type Replica struct {
	Addr    string   // host and port
	Program string   // what the next Start runs: another release after an upgrade
	Flags   []string // besides -addr

	*process
}

// Start starts the process and waits until it is ready.
func (r *Replica) Start(ctx context.Context) error {
	flags := append([]string{"-addr", r.Addr}, r.Flags...)
	p, err := startProcess(exec.Command(r.Program, flags...))
	if err != nil {
		return err
	}
	r.process = p
	return p.until(ctx, "ready", func() bool { return r.answers("/readyz") })
}

// Drain sends SIGTERM and waits for the end of the process, as an orchestrator does.
func (r *Replica) Drain() {
	r.signal(syscall.SIGTERM)
	r.wait()
}

// URL returns the address with its scheme.
func (r *Replica) URL() string { return "http://" + r.Addr }

func (r *Replica) answers(path string) bool {
	w, err := probe.Get(r.URL() + path)
	if err != nil {
		return false
	}
	w.Body.Close()
	return w.StatusCode == http.StatusOK
}

// Sample returns the sum of the samples of a metric, such as nnvisu_updates_total, that have a
// label, such as route="/step"; "" is any.
func (r *Replica) Sample(metric, label string) (float64, error) {
	w, err := probe.Get(r.URL() + "/metrics")
	if err != nil {
		return 0, err
	}
	defer w.Body.Close()
	sum := 0.0
	for lines := bufio.NewScanner(w.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if base, labels, _ := strings.Cut(name, "{"); base != metric || !strings.Contains(labels, label) {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", lines.Text(), err)
		}
		sum += v
	}
	return sum, nil
}

// A process is a command in a process group of its own.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
	said    *tail
}

func startProcess(command *exec.Cmd) (*process, error) {
	p := &process{command: command, ended: make(chan struct{}), said: new(tail)}
	command.Stdout, command.Stderr = p.said, p.said
	command.SysProcAttr = Attributes()
	if err := command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = command.Wait() // it is stopped by signals
		close(p.ended)
	}()
	return p, nil
}

// until waits until ok, and no longer than the process lives.
func (p *process) until(ctx context.Context, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !ok() {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it was %s:\n%s", p.command.Path, what, p.said)
		case <-ctx.Done():
			return fmt.Errorf("%s is not %s: %w\n%s", p.command.Path, what, ctx.Err(), p.said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// signal sends a signal to the whole group, if the process still runs.
func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.ended:
	default:
		_ = syscall.Kill(-p.command.Process.Pid, s) // it may end at this moment
	}
}

func (p *process) wait() { <-p.ended }

// Kill ends the process at once, and waits until it is gone.
func (p *process) Kill() {
	p.signal(syscall.SIGKILL)
	p.wait()
}

// Freeze stops the process; its connections stay open and nobody answers. Thaw lets it go on.
func (p *process) Freeze() { p.signal(syscall.SIGSTOP) }

// Thaw ends a Freeze.
func (p *process) Thaw() { p.signal(syscall.SIGCONT) }

// Said returns the end of what the process wrote.
func (p *process) Said() string { return p.said.String() }
