package handlers

import (
	"sync/atomic"
	"time"
)

// An average is that of a duration over its newest values. The zero average is 0.
type average struct{ nanoseconds atomic.Int64 }

// add counts a value: a sixteenth of the average is new.
func (a *average) add(d time.Duration) {
	before := a.nanoseconds.Load()
	a.nanoseconds.Store(before + (int64(d)-before)/16) // a value that is lost between the two does no harm
}

func (a *average) get() time.Duration { return time.Duration(a.nanoseconds.Load()) }
