package journal

import (
	"slices"

	"github.com/nnvisu/nnvisu/nn"
)

// The numbers of the acts. They stand in links: a number is never given to another act.
const (
	numberSettings     = 1
	numberReset        = 2
	numberReseed       = 3
	numberAddLayer     = 4
	numberRemoveLayer  = 5
	numberAddUnit      = 6
	numberRemoveUnit   = 7
	numberSetWeight    = 8
	numberSetBias      = 9
	numberAddClass     = 10
	numberRemoveClass  = 11
	numberAddPoints    = 12
	numberRemovePoints = 13
	numberSetPoints    = 14
	numberClearPoints  = 15
	numberDataset      = 16
	numberImport       = 17
)

// settings are the members of a config. The number of one is its place here: new ones come at the
// end, and none ever goes.
var settings = []string{
	"task", "classes", "features", "hidden_layers", "activation", "init", "optimizer", "learning_rate", "schedule",
	"schedule_steps", "schedule_factor", "batch_size", "l1", "l2", "dropout", "test_fraction", "seed",
}

func (a Settings) put(b *writer) {
	b.act(numberSettings, len(a))
	for _, one := range a {
		b.whole(slices.Index(settings, one.Name))
		b.text(one.Value)
	}
}
func (Reset) put(b *writer)         { b.act(numberReset) }
func (Reseed) put(b *writer)        { b.act(numberReseed) }
func (a AddLayer) put(b *writer)    { b.act(numberAddLayer, a.At, a.Width) }
func (a RemoveLayer) put(b *writer) { b.act(numberRemoveLayer, a.At) }
func (a AddUnit) put(b *writer)     { b.act(numberAddUnit, a.Layer) }
func (a RemoveUnit) put(b *writer)  { b.act(numberRemoveUnit, a.Layer, a.Unit) }
func (a SetWeight) put(b *writer) {
	b.act(numberSetWeight, a.Layer, a.Out, a.In)
	b.reals(a.Value)
}
func (a SetBias) put(b *writer) {
	b.act(numberSetBias, a.Layer, a.Out)
	b.reals(a.Value)
}
func (AddClass) put(b *writer)      { b.act(numberAddClass) }
func (a RemoveClass) put(b *writer) { b.act(numberRemoveClass, a.Class) }
func (a AddPoints) put(b *writer) {
	b.act(numberAddPoints)
	b.points(a.Points)
}
func (a RemovePoints) put(b *writer) {
	b.act(numberRemovePoints)
	b.rising(a.Numbers)
}
func (a SetPoints) put(b *writer) {
	b.act(numberSetPoints)
	b.rising(a.Numbers)
	b.points(a.Points)
}
func (ClearPoints) put(b *writer) { b.act(numberClearPoints) }
func (a Dataset) put(b *writer) {
	b.act(numberDataset)
	b.text(a.Source)
}
func (a Import) put(b *writer) {
	b.act(numberImport, slices.Index(nn.Tasks(), a.Task), a.Classes)
	b.points(a.Points)
	b.meta(a.Meta)
}

// takers read the values of an act, by its number.
var takers = [...]func(r *reader) Act{
	numberSettings: func(r *reader) Act {
		a := make(Settings, r.length(len(settings)))
		for i := range a {
			a[i] = Setting{settings[r.below(len(settings), "setting")], r.text(maxValue)}
		}
		return a
	},
	numberReset:        func(*reader) Act { return Reset{} },
	numberReseed:       func(*reader) Act { return Reseed{} },
	numberAddLayer:     func(r *reader) Act { return AddLayer{r.place(), r.place()} },
	numberRemoveLayer:  func(r *reader) Act { return RemoveLayer{r.place()} },
	numberAddUnit:      func(r *reader) Act { return AddUnit{r.place()} },
	numberRemoveUnit:   func(r *reader) Act { return RemoveUnit{r.place(), r.place()} },
	numberSetWeight:    func(r *reader) Act { return SetWeight{r.place(), r.place(), r.place(), r.real()} },
	numberSetBias:      func(r *reader) Act { return SetBias{r.place(), r.place(), r.real()} },
	numberAddClass:     func(*reader) Act { return AddClass{} },
	numberRemoveClass:  func(r *reader) Act { return RemoveClass{r.place()} },
	numberAddPoints:    func(r *reader) Act { return AddPoints{r.points()} },
	numberRemovePoints: func(r *reader) Act { return RemovePoints{r.rising()} },
	numberSetPoints: func(r *reader) Act {
		a := SetPoints{r.rising(), r.points()}
		if len(a.Numbers) != len(a.Points) {
			r.fail("it has not one number for each point that is set")
		}
		return a
	},
	numberClearPoints: func(*reader) Act { return ClearPoints{} },
	numberDataset:     func(r *reader) Act { return Dataset{r.text(MaxRecipe)} },
	numberImport: func(r *reader) Act {
		tasks := nn.Tasks()
		return Import{tasks[r.below(len(tasks), "task")], r.place(), r.points(), r.meta()}
	},
}

// maxValue is the most bytes of the value of a setting.
const maxValue = 100
