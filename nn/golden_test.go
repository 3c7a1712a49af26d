package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// goldenDigest is that of the runs of TestStepGolden. It changes with every change of a formula, an
// order of adding or a random draw, and with nothing else: not with the CPU, its architecture or
// the compiler's settings.
const goldenDigest = "42105e4e162777998ec7306abb8fa072cb70399fdefe1a256cbb90cb9fef8cfd"

// TestStepGolden pins the bits of forty random runs with all kernels that this machine has, so that
// a machine that would train to other bits fails. Try it with GOAMD64=v3 and, where an emulator is
// installed, with GOARCH=arm64.
func TestStepGolden(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	for _, name := range kernel.Names() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		digest := sha256.New()
		for seed := range uint64(40) {
			s := randomState(t, newRand(1000+seed))
			s.Network = Network{} // those of the test are made with operations that may be fused
			s = prepare(t, s)
			r, err := Step(s, 25)
			if err != nil {
				fmt.Fprintln(digest, err)
				continue
			}
			fmt.Fprintln(digest, toJSON(t, r))
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != goldenDigest {
			t.Errorf("%s kernels: digest of the runs = %s; want %s", name, got, goldenDigest)
		}
	}
}
