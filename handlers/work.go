package handlers

import (
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// What a picture takes besides computing what the network says, in nanoseconds of one core: to paint a
// cell of the plane, and one of the picture of a unit. TestPictureWork compares the sum with what is
// measured.
const (
	priceOfCell    = 1
	priceOfMapCell = 0.6
)

// pictureWork returns how long it takes to paint the plane and the pictures of the units, as
// [nn.WorkOf] says how long training takes.
func pictureWork(c nn.Config) time.Duration {
	cells, ofUnit, units := len(planePlaces().xs), len(mapPlaces().xs), c.HiddenUnits()+c.Outputs()
	paint := priceOfCell*float64(cells) + priceOfMapCell*float64(units*ofUnit)
	return nn.PassOf(c, cells) + nn.PassOf(c, ofUnit) + time.Duration(paint)
}
