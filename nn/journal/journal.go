// Package journal tells a run as what was done in it: a recipe, and acts with the step at which each
// was done. Training between two acts is in their steps.
//
// The law: [Replay] of the journal of a run returns the state of the run, byte for byte. It holds
// because the page changes a state by [Act.Apply] alone, and Replay calls the same. So an act keeps
// what it did and not what was asked for: the numbers of the points that were erased and not the
// way of the eraser, the points that were imported and not the file. No number is rounded.
//
// A journal is written in few bytes, by numbers that never change: see [Journal.Text]. It can hold
// no more than [MaxBytes]. Its reader takes memory and time in proportion to its text.
//
// Who goes back to an earlier moment goes on with the journal of that moment. So there is no act for
// it: what came after is another branch, with a journal of its own.
package journal

import (
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// Limits of a journal.
const (
	MaxBytes   = 64 << 10 // without base64
	MaxEntries = 4096
	MaxRelease = 100  // bytes
	MaxRecipe  = 2000 // bytes of the query of a recipe, and of the source of a data set
)

// A Journal is a run. Its zero value is the journal of nothing.
type Journal struct {
	// Release is the one whose pages wrote it. Another one may lead to other bits.
	Release string
	// Recipe is the query of the run's first state, without its steps.
	Recipe  string
	Entries []Entry
	// Step is that of the state which the journal leads to.
	Step int
}

// An Entry is an act and the step of the network at which it was done.
type Entry struct {
	Step int
	Act  Act
}

// A World knows what a journal only names, and sets limits.
type World struct {
	// Recipe returns the prepared first state of a recipe.
	Recipe func(query string) (nn.State, error)
	// Dataset returns the points of a data set as its source describes them, with their task.
	Dataset func(source string) ([]nn.Point, nn.Task, error)
	// Check is called with each state before it is trained or changed further, and with the last, and with
	// the work of the act that led to it, if one did: see [WorkOf]. It is for limits, and may be nil.
	Check func(s nn.State, work time.Duration) error
	// Train makes updates of a prepared state; nil is [nn.Step]. It is not asked for those that have no
	// part in the state that [Replay] returns.
	Train func(s nn.State, updates int) (nn.Network, error)
	// Done is called by [Replay] after each act, and may be nil.
	Done func(before, after nn.State) error
	// Points is how many there may be.
	Points int
}

// An Error is what is wrong with a journal.
type Error struct {
	Entry   int // the number of the act at fault, from 1; 0: it is none
	Step    int // of that act
	Message string
	Cause   error // or nil
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Cause }
