package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// goEnv is the environment of the Go tool for a platform. What changes the code that is generated is
// not taken from the caller.
func goEnv(system, arch string) []string {
	return append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off",
		"GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off")
}

// output returns what a program prints, or an error with what it complains of.
func output(env []string, name string, args ...string) ([]byte, error) {
	command := exec.Command(name, args...)
	command.Env = env
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// compile returns the static binary for a platform. It records the commit where there is .git.
func (b *build) compile(system, arch string) ([]byte, error) {
	if program := b.programs[system+"/"+arch]; program != nil {
		return program, nil
	}
	folder, err := os.MkdirTemp("", "nnvisu")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, programName(system))
	if _, err := output(goEnv(system, arch), "go", "build", "-trimpath", "-buildvcs=auto",
		"-ldflags=-s -w -buildid=", "-o", program, "."); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(program)
	b.programs[system+"/"+arch] = data
	return data, err
}

func programName(system string) string {
	if system == "windows" {
		return "nnvisu.exe"
	}
	return "nnvisu"
}

// ask asks the program itself for its version and its manual, and git for the time of the commit.
// The variable SOURCE_DATE_EPOCH says another time, in seconds. Without both it is the first time
// that a zip archive can have.
func (b *build) ask() error {
	binary, err := b.compile(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "nnvisu")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, programName(runtime.GOOS))
	if err := os.WriteFile(program, binary, 0o755); err != nil {
		return err
	}
	if b.manual, err = output(os.Environ(), program, "-man"); err != nil {
		return err
	}
	says, err := output(os.Environ(), program, "-version")
	if err != nil {
		return err
	}
	b.full = strings.TrimSpace(strings.TrimPrefix(string(says), "nnvisu "))
	b.version, _, _ = strings.Cut(b.full, "+")

	seconds := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		if out, err := output(os.Environ(), "git", "log", "-1", "--format=%ct"); err == nil {
			text = strings.TrimSpace(string(out))
		}
	}
	if text != "" {
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil {
			return fmt.Errorf("the time of the release: %w", err)
		}
	}
	b.time = time.Unix(seconds, 0).UTC()
	return nil
}

// documents are what each archive has beside the program.
func (b *build) documents() ([]file, error) {
	files := []file{{"THIRD-PARTY.txt", 0o644, b.licences}, {"nnvisu.1", 0o644, b.manual}}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := read(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, data})
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files, nil
}
