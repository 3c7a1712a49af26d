//go:build unix

package fleet

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A kind is a program that balances, with its file in deploy/.
type kind struct {
	name   string
	file   string
	listen [2]string // how the file says where it listens, and how it says that of any address

	// own is what a balancer needs that is not the only one on its machine: pairs of texts for a
	// [strings.Replacer], with a folder of its own.
	own func(dir string) []string
	// check and run return commands. The balancer stays in the foreground.
	check, run func(program, config string) *exec.Cmd
	// reload makes a running balancer read its file again.
	reload func(b *Balancer) error
}

var kinds = []kind{
	{
		name: "haproxy", file: "haproxy.cfg", listen: [2]string{"bind :8080", "bind %s"},
		check: func(program, config string) *exec.Cmd { return exec.Command(program, "-c", "-f", config) },
		run:   func(program, config string) *exec.Cmd { return exec.Command(program, "-W", "-f", config) },
		reload: func(b *Balancer) error {
			return syscall.Kill(b.command.Process.Pid, syscall.SIGUSR2)
		},
	},
	{
		name: "nginx", file: "nginx.conf", listen: [2]string{"listen 8080", "listen %s"},
		// The paths that were compiled in are for root.
		own: func(dir string) []string {
			text := "http {\n    access_log off;"
			for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
				text += fmt.Sprintf("\n    %s_temp_path %s/%s;", what, dir, what)
			}
			return []string{"http {", text}
		},
		check: func(program, config string) *exec.Cmd { return nginx(program, config, "-t") },
		run:   func(program, config string) *exec.Cmd { return nginx(program, config) },
		reload: func(b *Balancer) error {
			return syscall.Kill(b.command.Process.Pid, syscall.SIGHUP)
		},
	},
	{
		name: "caddy", file: "Caddyfile", listen: [2]string{":8080 {", "http://%s {\n\tbind 127.0.0.1"},
		check: func(program, config string) *exec.Cmd { return caddy("validate", program, config) },
		run:   func(program, config string) *exec.Cmd { return caddy("run", program, config) },
		reload: func(b *Balancer) error {
			if out, err := caddy("reload", b.program, b.config, "--force").CombinedOutput(); err != nil {
				return fmt.Errorf("caddy reload: %w\n%s", err, out)
			}
			return nil
		},
	},
}

// nginx stays the user who starts it: root alone could be another, who could not read the folder.
func nginx(program, config string, flags ...string) *exec.Cmd {
	dir := filepath.Dir(config)
	flags = append([]string{"-p", dir, "-c", config, "-e", "stderr",
		"-g", fmt.Sprintf("daemon off; user root; error_log stderr; pid %s/nginx.pid;", dir)}, flags...)
	return exec.Command(program, flags...)
}

// caddy keeps its files, and the socket of its administration, beside the config.
func caddy(verb, program, config string, flags ...string) *exec.Cmd {
	dir := filepath.Dir(config)
	command := exec.Command(program, append([]string{verb, "--adapter", "caddyfile", "--config", config}, flags...)...)
	command.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir,
		"CADDY_ADMIN=unix/"+dir+"/admin.sock")
	return command
}

// Kinds returns the names of the balancers, with their files in deploy/.
func Kinds() map[string]string {
	files := map[string]string{}
	for _, k := range kinds {
		files[k.name] = k.file
	}
	return files
}

func kindOf(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("there is no balancer %q", name)
}

// shipped are the addresses of the replicas in the files of deploy/.
var shipped = []string{"10.0.0.11:8888", "10.0.0.12:8888", "10.0.0.13:8888"}

// A Balancer is a process of HAProxy, nginx or Caddy.
type Balancer struct {
	Addr string // host and port

	kind
	program, config string
	*process
}

// StartBalancer starts the balancer that the options name, before the replicas at three addresses,
// and waits until it listens.
func StartBalancer(ctx context.Context, o Options, replicas []string) (*Balancer, error) {
	if o.Path == "" {
		o.Path = o.Balancer
	}
	b, err := newBalancer(ctx, o, replicas)
	if err != nil {
		return nil, err
	}
	return b, b.Start(ctx)
}

// newBalancer writes the config of a balancer: the file in deploy/ with the addresses of the
// replicas and with the changes of the options.
func newBalancer(ctx context.Context, o Options, replicas []string) (*Balancer, error) {
	k, err := kindOf(o.Balancer)
	if err != nil {
		return nil, err
	}
	if len(replicas) != len(shipped) {
		return nil, fmt.Errorf("%d replicas; the files of deploy/ have %d", len(replicas), len(shipped))
	}
	dir := filepath.Join(o.Dir, o.Balancer)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := Root(ctx)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "deploy", k.file))
	if err != nil {
		return nil, err
	}
	b := &Balancer{kind: k, program: o.Path}
	if b.Addr, err = FreeAddr(); err != nil {
		return nil, err
	}
	changes := append(slices.Clone(o.Changes), k.listen[0], fmt.Sprintf(k.listen[1], b.Addr))
	for i, r := range replicas {
		changes = append(changes, shipped[i], r)
	}
	if k.own != nil {
		changes = append(changes, k.own(dir)...)
	}
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(string(text), changes[i]) {
			return nil, fmt.Errorf("deploy/%s has no %q", k.file, changes[i])
		}
	}
	b.config = filepath.Join(dir, k.file)
	changed := strings.NewReplacer(changes...).Replace(string(text))
	return b, os.WriteFile(b.config, []byte(changed), 0o644)
}

// Start starts the balancer and waits until it listens.
func (b *Balancer) Start(ctx context.Context) error {
	p, err := startProcess(b.run(b.program, b.config))
	if err != nil {
		return err
	}
	b.process = p
	return p.until(ctx, "listening", func() bool {
		c, err := net.Dial("tcp", b.Addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// Reload makes the balancer read its file again, as after a change.
func (b *Balancer) Reload() error { return b.reload(b) }

// Check asks the program whether it understands a file, and returns an error with what it says.
func Check(name, program, config string) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}
	if out, err := k.check(program, config).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
