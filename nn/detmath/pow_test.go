package detmath

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// TestPow compares with powers of 300 bits.
func TestPow(t *testing.T) {
	const precision = 300
	r := splitmix(7)
	worst := 0.0
	for range 3000 {
		n := 1 + int(r.next()%100000)
		if r.next()%2 == 0 {
			n = 1 + n%60
		}
		// A base whose power is a normal number: 2^(±1000/n).
		x := math.Exp2(r.uniform(-1000, 1000) / float64(n))
		if r.next()%4 == 0 {
			x = -x
		}
		exact := big.NewFloat(1).SetPrec(precision)
		square := big.NewFloat(x).SetPrec(precision)
		for k := n; k > 0; k >>= 1 {
			if k&1 == 1 {
				exact.Mul(exact, square)
			}
			square.Mul(square, square)
		}
		difference := new(big.Float).SetPrec(precision).SetFloat64(Pow(x, n))
		difference.Sub(difference, exact).Quo(difference, exact)
		relative, _ := difference.Float64()
		bound := float64(n) * 0x1p-53
		if !(math.Abs(relative) < bound) {
			t.Errorf("Pow(%v, %d) = %v; its error is %.3g of the result, want less than %.3g", x, n,
				Pow(x, n), relative, bound)
		}
		worst = max(worst, math.Abs(relative)/bound)
	}
	t.Logf("at most %.3f of the bound", worst)
}

// TestPowAdam: saved runs continue with the bits that math.Pow gave to Adam's bias corrections.
func TestPowAdam(t *testing.T) {
	for _, beta := range []float64{0.9, 0.999} {
		for n := 1; n <= 100_000; n++ {
			got, want := Pow(beta, n), math.Pow(beta, float64(n))
			// Below 2⁻¹⁰²² the two round differently. No correction can tell: 1 - βⁿ is 1 there.
			if got != want && want >= 0x1p-1022 || 1-got != 1-want {
				t.Fatalf("Pow(%v, %d) = %x; want %x", beta, n, got, want)
			}
		}
	}
}

func TestPowSpecialCases(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		x    float64
		n    int
		want float64
	}{
		{2, 0, 1}, {0, 0, 1}, {inf, 0, 1}, {nan, 0, 1},
		{3, 1, 3}, {nan, 1, nan}, {nan, 2, nan}, {math.Float64frombits(0xfff8000000000001), 3, nan},
		{2, 10, 1024}, {-2, 9, -512}, {10, 22, 1e22}, {1, math.MaxInt, 1}, {-1, math.MaxInt, -1},
		{0, 5, 0}, {zero, 3, zero}, {zero, 2, 0}, {inf, 3, inf}, {-inf, 3, -inf}, {-inf, 4, inf},
		{2, 1023, 0x1p1023}, {2, 1024, inf}, {0.5, 1074, 0x1p-1074}, {0.5, 1075, 0},
	} {
		if got := Pow(c.x, c.n); math.Float64bits(got) != math.Float64bits(c.want) {
			t.Errorf("Pow(%v, %d) = %v; want %v", c.x, c.n, got, c.want)
		}
	}
	defer func() {
		if got, _ := recover().(string); !strings.HasPrefix(got, "detmath: ") {
			t.Errorf("Pow(2, -1) panics with %q; want the prefix \"detmath: \"", got)
		}
	}()
	Pow(2, -1)
}
