package journal

import (
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// What an act takes, in nanoseconds of one core. TestWorkOfActs compares it with what is measured.
const (
	priceOfAct     = 5000 // whatever it is
	priceOfPoint   = 20   // to copy it, to look at it
	priceOfDrawing = 400  // a point of a data set
	priceOfLooking = 8    // a parameter that is copied or looked at
	priceOfWeight  = 30   // one that is drawn; a normal distribution takes the longest
	priceOfMoving  = 25   // a parameter that moves with its moments, to another shape or to a trainer
)

// WorkOf returns about how long an act takes that led to a state, as [nn.WorkOf] says how long training
// takes. It follows from how much the act touches.
func WorkOf(a Act, after nn.State) time.Duration {
	switch a.(type) {
	case Dataset:
		return touching(after, priceOfPoint+priceOfDrawing, priceOfWeight)
	case Reset, Reseed, Import:
		return touching(after, priceOfPoint, priceOfWeight)
	case Settings, AddLayer, RemoveLayer, AddUnit, RemoveUnit, AddClass, RemoveClass:
		return touching(after, priceOfPoint, priceOfMoving)
	}
	return touching(after, priceOfPoint, priceOfLooking)
}

func touching(s nn.State, ofPoint, ofParameter int) time.Duration {
	return time.Duration(priceOfAct + ofPoint*len(s.Data) + ofParameter*nn.ParameterCount(s.Config))
}

// WorkOfTraining returns about how long some updates of a state take, with what it takes to begin.
func WorkOfTraining(s nn.State, updates int) time.Duration {
	update := max(1, nn.WorkOf(s.Config, len(s.Data)).Update)
	begin := touching(s, priceOfPoint, priceOfMoving)
	return sum(begin, time.Duration(min(int64(updates), int64(longest/update)))*update)
}

// longest is the longest time that there is.
const longest = time.Duration(1<<63 - 1)

// sum adds times up to the longest.
func sum(a, b time.Duration) time.Duration {
	if a > longest-b {
		return longest
	}
	return a + b
}
