package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// How long a client waits for a server that does not answer, as docs/api.md asks clients to wait.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 3 * time.Second
)

// backoff returns how long to wait after some failures: anything up to twice as long after each, so
// that clients that lost a server together do not come back together. Where the server has said
// after how long to come, that is the least.
func backoff(failures int, after time.Duration) time.Duration {
	most := longestWait
	if failures < 5 {
		most = min(longestWait, firstWait<<failures)
	}
	return after + time.Duration(rand.Float64()*float64(max(most, after/2)))
}

// retryAfter returns what an answer says about when to come again.
func retryAfter(h http.Header) time.Duration {
	seconds, _ := strconv.Atoi(h.Get("Retry-After")) // not there is 0
	return time.Duration(seconds) * time.Second
}

// sleepFor waits for a time, or for the end of the context.
func sleepFor(ctx context.Context, d time.Duration) { sleepUntil(ctx, time.Now().Add(d)) }
