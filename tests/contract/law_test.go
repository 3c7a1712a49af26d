package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestLaw is the law of the contract, step(S, n+m) = step(step(S, n), m) byte for byte, over every
// transport and from one replica to another; and that every transport gives the same bytes.
func TestLaw(t *testing.T) {
	const n, m = 3, 4
	one, other := Start(t), Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			want := one.Step(t, TrainStep(study.config, nil, study.data, n+m))
			for _, c := range carriers {
				t.Run(c.name, func(t *testing.T) {
					ctx := Soon(t)
					whole, err := c.step(ctx, other, TrainStep(study.config, nil, study.data, n+m).Text())
					if err != nil {
						t.Fatalf("step(S, %d): %v; want a result", n+m, err)
					}
					if !whole.same(want) {
						t.Errorf("step(S, %d) = %v; want as by POST /step, %v", n+m, whole, want)
					}
					part, err := c.step(ctx, one, TrainStep(study.config, nil, study.data, n).Text())
					if err != nil {
						t.Fatalf("step(S, %d): %v; want a result", n, err)
					}
					parts, err := c.step(ctx, other, TrainStep(study.config, part.Network, study.data, m).Text())
					if err != nil {
						t.Fatalf("step(step(S, %d), %d): %v; want a result", n, m, err)
					}
					if !parts.same(want) {
						t.Errorf("step(step(S, %d), %d) = %v; want step(S, %d) = %v", n, m, parts, n+m, want)
					}
				})
			}
		})
	}
}

// TestLawOneByOne goes by single updates through several epochs, each over another transport than
// the one before.
func TestLawOneByOne(t *testing.T) {
	const steps = 18
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			want := s.Step(t, TrainStep(study.config, nil, study.data, steps))
			var state json.RawMessage
			var got Result
			for i := range steps {
				c := carriers[i%len(carriers)]
				var err error
				if got, err = c.step(Soon(t), s, TrainStep(study.config, state, study.data, 1).Text()); err != nil {
					t.Fatalf("step %d by %s: %v; want a result", i+1, c.name, err)
				}
				state = got.Network
			}
			if !got.same(want) {
				t.Errorf("%d times step(S, 1) = %v; want step(S, %d) = %v", steps, got, steps, want)
			}
		})
	}
}

// TestLawSurvivesJSON: a state survives being read and written by other people's JSON, whose
// members come in another order and whose numbers are float64.
func TestLawSurvivesJSON(t *testing.T) {
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			r := s.Step(t, TrainStep(study.config, nil, study.data, 3))
			want := s.Step(t, TrainStep(study.config, r.Network, study.data, 4))
			reread := Encode(Decode[any](t, r.Network))
			config, data := Decode[Message](t, Encode(study.config)), Decode[any](t, Encode(study.data))
			got := s.Step(t, Message{"config": config, "network": json.RawMessage(reread), "data": data, "steps": 4})
			if !got.same(want) {
				t.Errorf("from the state read and written again = %v; want %v", got, want)
			}
		})
	}
}

// TestNumbersOnTheWire: every number is written as Go's encoding/json and JavaScript's
// JSON.stringify both write it. They agree but for negative zero, which JavaScript reads and then
// writes without its sign: one that appeared would not survive a browser bit for bit.
func TestNumbersOnTheWire(t *testing.T) {
	number := regexp.MustCompile(`-?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?`)
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			r := s.Step(t, TrainStep(study.config, nil, study.data, 3))
			for _, part := range []json.RawMessage{r.Network, r.Loss, r.Metrics} {
				for _, got := range number.FindAllString(string(part), -1) {
					f, err := strconv.ParseFloat(got, 64)
					if err != nil {
						t.Fatal(err)
					}
					want := string(Encode(f))
					if f == 0 {
						want = "0"
					}
					if got != want {
						t.Fatalf("a number is written %s; want %s in %s", got, want, Clip(part))
					}
				}
			}
		})
	}
}

// digests names what a server makes of every study and of one large enough for any parallel kernel.
func digests(tb testing.TB) string {
	s := Start(tb)
	var lines strings.Builder
	large := study{"Large", Message{"hidden_layers": []int{50, 30}, "activation": "gelu", "batch_size": 300}, Scatter(500, 3, 1)}
	for _, study := range append([]study{large}, studies...) {
		r := s.Step(tb, TrainStep(study.config, nil, study.data, 9))
		fmt.Fprintf(&lines, "digest %s %x\n", study.name, sha256.Sum256(bytes.Join([][]byte{r.Network, r.Loss, r.Metrics}, nil)))
	}
	return lines.String()
}

// TestLawOnEveryCPU: every replica of one release gives the same bytes, whatever its CPU. A replica
// on a lesser machine is this test, run again in a process that may not use what the CPU has.
func TestLawOnEveryCPU(t *testing.T) {
	const child = "NNVISU_TESTS_DIGESTS"
	if os.Getenv(child) != "" {
		fmt.Print(digests(t))
		return
	}
	want := digests(t)
	t.Run("OneProcessor", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		if got := digests(t); got != want {
			t.Errorf("on one processor\n%s; want\n%s", got, want)
		}
	})
	for _, lesser := range []string{"cpu.avx512f=off,cpu.avx512dq=off,cpu.avx512=off", "cpu.avx2=off,cpu.fma=off", "cpu.all=off"} {
		t.Run(lesser, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(Soon(t), self, "-test.run=^TestLawOnEveryCPU$")
			run.Env = append(os.Environ(), child+"=1", "GODEBUG="+lesser)
			out, err := run.CombinedOutput()
			if err != nil {
				t.Fatalf("a replica with %s: %v\n%s", lesser, err, out)
			}
			var got strings.Builder
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, "digest ") {
					got.WriteString(line)
				}
			}
			if got.String() != want {
				t.Errorf("with %s\n%s; want\n%s", lesser, &got, want)
			}
		})
	}
}
