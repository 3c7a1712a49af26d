package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// goldenDigest is that of the runs of TestStepGolden. It changes with every
// change of a formula, an order of adding or a random draw, and with nothing
// else: not with the CPU, its architecture or the compiler's settings.
const goldenDigest = "fd5f9b0963d2584148ab2927692b73740f6471ac55a5bef3215d348f288ff9af"

// TestStepGolden pins the bits of forty random runs, so that a machine that
// would train to other bits fails. Try it with every NNVISU_KERNEL, with GOAMD64=v3
// and, where an emulator is installed, with GOARCH=arm64.
func TestStepGolden(t *testing.T) {
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
		t.Errorf("digest of the runs = %s; want %s", got, goldenDigest)
	}
}
