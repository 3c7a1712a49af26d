package fair

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// A place is a hold and whether it was evicted.
type place struct {
	*Hold
	evictions int
}

func take(p *Pool, c Client, n int64) (*place, error) {
	l := &place{}
	var err error
	l.Hold, err = p.Acquire(c, n, func() { l.evictions++ })
	return l, err
}

// TestPool: a pool gives out what it has, and what is given back.
func TestPool(t *testing.T) {
	p := NewPool(10)
	a, err := take(p, at(1, ""), 6)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(p, at(1, ""), 5); !errors.Is(err, ErrFull) {
		t.Errorf("Acquire() of too much = %v; want %v", err, ErrFull)
	}
	if err := a.Resize(11); !errors.Is(err, ErrFull) || p.Used() != 6 {
		t.Errorf("Resize() to too much = %v with %d in use; want %v and 6 as before", err, p.Used(), ErrFull)
	}
	if err := a.Resize(2); err != nil || p.Used() != 2 {
		t.Errorf("Resize() to less = %v with %d in use; want 2", err, p.Used())
	}
	b, err := take(p, at(2, ""), 8)
	if err != nil {
		t.Errorf("Acquire() of the rest = %v", err)
	}
	a.Release()
	a.Release() // twice is once
	b.Release()
	if p.Used() != 0 || len(p.addresses) != 0 {
		t.Errorf("%d are in use by %d addresses; want none", p.Used(), len(p.addresses))
	}
	if err := a.Resize(1); !errors.Is(err, ErrFull) {
		t.Errorf("Resize() of what was released = %v; want %v", err, ErrFull)
	}
}

// TestPoolEvicts: when all is taken, the youngest hold of the client that has most goes, but only
// for one that has less, and not too many at a time.
func TestPoolEvicts(t *testing.T) {
	p := NewPool(8)
	var greedy []*place
	for i := range 8 {
		l, err := take(p, at(1, fmt.Sprint(i%2)), 1)
		if err != nil {
			t.Fatal(err)
		}
		greedy = append(greedy, l)
	}
	modest, err := take(p, at(2, ""), 1)
	if err != nil || greedy[7].evictions+greedy[6].evictions != 1 {
		t.Fatalf("Acquire() of a client that has nothing = %v; want a place and one of the youngest evicted", err)
	}
	second, err := take(p, at(2, ""), 1)
	if err != nil {
		t.Errorf("Acquire() of a client that has 1, beside one of two tabs with 7 = %v; want a place", err)
	}
	if _, err := take(p, at(2, ""), 1); !errors.Is(err, ErrFull) {
		t.Errorf("Acquire() while 2 of 8 are leaving = %v; want %v", err, ErrFull)
	}
	evicted := 0
	for _, l := range greedy {
		evicted += l.evictions
		if l.evictions > 0 {
			if err := l.Resize(1); !errors.Is(err, ErrFull) {
				t.Errorf("Resize() of what was evicted = %v; want %v", err, ErrFull)
			}
			l.Release()
		}
	}
	if evicted != 2 {
		t.Errorf("%d were evicted; want 2", evicted)
	}
	// 6 of two tabs are as much as 3 of one.
	if _, err := take(p, at(2, ""), 1); !errors.Is(err, ErrFull) {
		t.Errorf("Acquire() of a client that has its share = %v; want %v", err, ErrFull)
	}
	third, err := take(p, at(1, "third"), 1)
	if err != nil {
		t.Errorf("Acquire() of a third tab of the address that has most = %v; want one of its own places", err)
	}
	for _, l := range append(greedy, modest, second, third) {
		l.Release()
	}
}

// TestPoolLeaving: while large holds leave, small ones of others get what is left of a quarter more.
func TestPoolLeaving(t *testing.T) {
	p := NewPool(100)
	for range 5 {
		if _, err := take(p, at(1, ""), 20); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		address int
		size    int64
		want    error
	}{{2, 20, nil}, {3, 5, nil}, {3, 1, ErrFull}, {4, 1, ErrFull}} {
		if _, err := take(p, at(test.address, ""), test.size); !errors.Is(err, test.want) {
			t.Errorf("Acquire() of %d while %d of 100 are held and %d leaving = %v; want %v", test.size, p.used, p.leaving, err, test.want)
		}
	}
}

// TestPoolRandom: whatever happens, at most a quarter more is held or leaving than there is.
func TestPoolRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := NewPool(1000)
	var places []*place
	for range 20_000 {
		switch i := r.IntN(len(places) + 10); {
		case i >= len(places):
			if l, err := take(p, at(r.IntN(5), fmt.Sprint(r.IntN(3))), r.Int64N(120)); err == nil {
				places = append(places, l)
			}
		case r.IntN(2) == 0:
			_ = places[i].Resize(r.Int64N(200))
		default:
			places[i].Release()
			places[i] = places[len(places)-1]
			places = places[:len(places)-1]
		}
		if p.used+p.leaving > 1250 || p.leaving > 250 || p.used < 0 || p.leaving < 0 {
			t.Fatalf("%d are held and %d leaving; want at most 1250 together, 250 of them leaving", p.used, p.leaving)
		}
	}
	for _, l := range places {
		l.Release()
	}
	if p.used != 0 || p.leaving != 0 || len(p.addresses) != 0 {
		t.Errorf("%d are held and %d leaving, by %d addresses; want none", p.used, p.leaving, len(p.addresses))
	}
}

// BenchmarkPool is what a request pays for a place.
func BenchmarkPool(b *testing.B) {
	p := NewPool(10)
	b.ReportAllocs()
	for b.Loop() {
		h, err := p.Acquire(at(1, ""), 1, func() {})
		if err != nil {
			b.Fatal(err)
		}
		h.Release()
	}
}
