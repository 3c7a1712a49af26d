package stream

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

// TestLimit: a limit gives out as many places as it has, and ErrFull until one is given back.
func TestLimit(t *testing.T) {
	limit := NewLimit(2)
	first, err1 := limit.Acquire()
	_, err2 := limit.Acquire()
	if err1 != nil || err2 != nil {
		t.Fatalf("Acquire() of two = %v, %v; want room", err1, err2)
	}
	for range 3 {
		if release, err := limit.Acquire(); !errors.Is(err, ErrFull) || release != nil {
			t.Errorf("Acquire() of one too many = %v; want ErrFull", err)
		}
	}
	first()
	if _, err := limit.Acquire(); err != nil {
		t.Errorf("Acquire() when one was given back = %v; want room", err)
	}
}

func TestAcquire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1)
		if err := q.acquire(t.Context()); err != nil {
			t.Fatalf("acquire() = %v; want a token", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan error, 1)
		go func() { got <- q.acquire(ctx) }()
		synctest.Wait()
		select {
		case err := <-got:
			t.Fatalf("acquire() of a second token of one = %v; want it to wait", err)
		default:
		}
		cancel()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("acquire() of a client that left = %v; want %v", err, context.Canceled)
		}
		go func() { got <- q.acquire(t.Context()) }()
		synctest.Wait()
		q.release()
		if err := <-got; err != nil {
			t.Errorf("acquire() of a token given back = %v; want nil", err)
		}
	})
}

// hold takes all tokens.
func hold(tb testing.TB, s *Queue) {
	tb.Helper()
	for range cap(s.tokens) {
		if err := s.acquire(context.Background()); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestQueuesInTurn: however many streams wait for a token, a request gets the next or the one after
// it, and the other way round.
func TestQueuesInTurn(t *testing.T) {
	for _, many := range []string{"streams", "requests"} {
		synctest.Test(t, func(t *testing.T) {
			requests := NewQueue(1)
			queues := map[string]*Queue{"requests": requests, "streams": requests.Sharing()}
			hold(t, queues[many])
			var order []string // written with the token
			wait := func(queue string) {
				go func() {
					err := queues[queue].Do(t.Context(), func() error {
						order = append(order, queue)
						return nil
					})
					if err != nil {
						t.Errorf("Do() = %v", err)
					}
				}()
				synctest.Wait()
			}
			for range 50 {
				wait(many)
			}
			few := map[string]string{"streams": "requests", "requests": "streams"}[many]
			wait(few)
			queues[many].release()
			synctest.Wait()
			if at := slices.Index(order, few); at < 0 || at > 1 {
				t.Errorf("behind 50 %s, the one of the %s has the turn %d; want 0 or 1", many, few, at)
			}
			held := len(requests.tokens) + len(requests.tickets) + len(queues["streams"].tickets)
			if len(order) != 51 || held != 0 {
				t.Errorf("%d had a token; want 51, and none to be held; %d are", len(order), held)
			}
		})
	}
}

// TestAcquireInTurn: the longest waiter gets the next token.
func TestAcquireInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const all = 20
		q := NewQueue(1)
		hold(t, q)
		var order []int // written with the token
		for i := range all {
			go func() {
				if err := q.acquire(t.Context()); err != nil {
					t.Errorf("acquire() = %v", err)
				}
				order = append(order, i)
				q.release()
			}()
			synctest.Wait()
		}
		q.release()
		synctest.Wait()
		for i, who := range order {
			if who != i {
				t.Fatalf("the token went to %v; want to all %d in the order in which they came", order, all)
			}
		}
		if len(order) != all {
			t.Errorf("the token went to %d; want all %d", len(order), all)
		}
	})
}
