package nn

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

// curve returns a history of losses, one for each update, and of test losses if there are any.
func curve(loss, test []float64) (h History) {
	for i, v := range loss {
		m := Metrics{Loss: v}
		if test != nil {
			m.TestLoss = &test[i]
		}
		h.Add(i, i, m)
	}
	return h
}

// ramp returns n numbers from a to b.
func ramp(a, b float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = a + (b-a)*float64(i)/float64(n-1)
	}
	return values
}

func join(parts ...[]float64) (all []float64) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// wave returns values with a tenth of them up and down in turn.
func wave(values []float64) []float64 {
	for i := range values {
		values[i] *= 1 + 0.1*float64(i%2*2-1)
	}
	return values
}

// dips returns values of which every fifth is as low as v.
func dips(values []float64, v float64) []float64 {
	for i := 4; i < len(values); i += 5 {
		values[i] = v
	}
	return values
}

// twoClasses returns a state with 60 points of two classes and the default network.
func twoClasses(change func(c *Config)) State {
	s := State{Config: DefaultConfig(), Data: randomPoints(newRand(1), 60, Classification, 2)}
	s.Config.Classes = 2
	if change != nil {
		change(&s.Config)
	}
	return s
}

// TestDiagnose: each trouble is told by its curve, with the moment at which it began, and curves
// that only look like it are none.
func TestDiagnose(t *testing.T) {
	falls := ramp(0.7, 0.2, 40)
	growth := []float64{0.7}
	for range 12 {
		growth = append(growth, growth[len(growth)-1]*8)
	}
	for _, test := range []struct {
		name       string
		loss, test []float64
		want       Diagnosis
	}{
		{"None", falls, nil, Diagnosis{}},
		{"Short", []float64{0.7, 900}, nil, Diagnosis{}},
		{"Exploding", join(falls, growth), nil, Diagnosis{Trouble: Exploding, Since: 40}},
		{"ExplodingOnce", join(falls, []float64{400, 0.2, 0.2, 0.2}), nil, Diagnosis{}},
		{"ExplodedAndBack", join(growth, ramp(9000, 100, 5)), nil, Diagnosis{}},
		{"Leaping", join(falls, wave(ramp(3, 3, 60))), nil, Diagnosis{Trouble: Leaping, Since: 39}},
		{"LeapingBefore", join(wave(ramp(3, 3, 20)), ramp(0.5, 0.1, 60)), nil, Diagnosis{}},
		{"Rising", join(falls, ramp(0.2, 0.6, 40)), nil, Diagnosis{Trouble: Rising, Since: 39}},
		{"RisingShort", join(falls, ramp(0.2, 0.6, 12)), nil, Diagnosis{}},
		{"RisingDips", dips(join(falls, ramp(0.2, 0.6, 40)), 0.21), nil, Diagnosis{}},
		{"RisingNoise", wave(ramp(0.3, 0.3, 99)), nil, Diagnosis{}},
		{"RisingTiny", join(ramp(0.7, 1e-4, 60), ramp(1e-4, 5e-3, 40)), nil, Diagnosis{}},
		{"RisingAndBack", join(falls, ramp(0.2, 0.6, 30), ramp(0.6, 0.21, 30)), nil, Diagnosis{}},
		{"Stuck", ramp(0.7, 0.699, 200), nil, Diagnosis{Trouble: Stuck}},
		{"StuckLater", join(ramp(0.9, 0.7, 30), ramp(0.7, 0.6999, 200)), nil, Diagnosis{Trouble: Stuck, Since: 27}},
		{"StuckShort", ramp(0.7, 0.699, 90), nil, Diagnosis{}},
		{"StuckNoise", wave(ramp(0.7, 0.7, 200)), nil, Diagnosis{}},
		{"Learned", join(ramp(0.7, 0.01, 30), ramp(0.01, 0.01, 300)), nil, Diagnosis{}},
		{"Slow", ramp(0.7, 0.68, 200), nil, Diagnosis{}},
		{"Overfitting", ramp(0.7, 0.01, 100), join(ramp(0.7, 0.5, 50), ramp(0.5, 0.9, 50)), Diagnosis{Trouble: Overfitting, Since: 49}},
		{"OverfittingDips", ramp(0.7, 0.01, 100), dips(join(ramp(0.7, 0.5, 50), ramp(0.5, 1.2, 50)), 0.51), Diagnosis{}},
		{"OverfittingSlack", ramp(0.7, 0.01, 100), join(ramp(0.7, 0.01, 50), ramp(0.01, 0.015, 50)), Diagnosis{}},
		{"OverfittingNoise", ramp(0.7, 0.01, 100), wave(ramp(0.7, 0.3, 100)), Diagnosis{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := curve(test.loss, test.test)
			s := twoClasses(nil)
			at := trainer(t, s)
			at.step = h.Step[h.Len()-1]
			before := h.Clone()
			if got := at.Diagnose(&h); got != test.want {
				t.Errorf("Diagnose = %+v; want %+v", got, test.want)
			}
			if !reflect.DeepEqual(h, before) {
				t.Error("Diagnose changes the history")
			}
			// An older moment of the run is judged by what came before it.
			at.step = 2
			if got := at.Diagnose(&h); got != (Diagnosis{}) {
				t.Errorf("at step 2 Diagnose = %+v; want none", got)
			}
			// Samples of other points are of no account.
			at.step, h.Since = h.Step[h.Len()-1], h.Step[h.Len()-1]-1
			if got := at.Diagnose(&h); got != (Diagnosis{}) {
				t.Errorf("with new points Diagnose = %+v; want none", got)
			}
		})
	}
}

// TestDiagnoseFewSamples: a loss beyond all measure is told by two samples, if some updates lie
// between them.
func TestDiagnoseFewSamples(t *testing.T) {
	for _, test := range []struct {
		name string
		step int // of the second sample; the first is that of step 0
		loss float64
		want Trouble
	}{
		{"Beyond", 20, 6e37, Exploding},
		{"FewUpdates", 4, 1e6, Exploding},
		{"OneUpdate", 1, 6e37, ""},
		{"High", 20, 1e5, ""},
		{"Still", 100, 0.7, ""},
	} {
		var h History
		h.Add(0, 0, Metrics{Loss: 0.7})
		h.Add(test.step, test.step, Metrics{Loss: test.loss})
		at := trainer(t, twoClasses(nil))
		at.step = test.step
		if got := at.Diagnose(&h); got != (Diagnosis{Trouble: test.want}) {
			t.Errorf("%s: Diagnose = %+v; want %q since step 0", test.name, got, test.want)
		}
	}
}

// TestDiagnoseWhy: where the loss does not move, the units say why.
func TestDiagnoseWhy(t *testing.T) {
	h := curve(ramp(0.6932, 0.6931, 200), nil)
	for _, test := range []struct {
		name   string
		change func(c *Config)
		weight float64 // of all units of the second layer, or NaN
		want   Diagnosis
	}{
		{"Silent", func(c *Config) { c.Init = InitZero }, math.NaN(), Diagnosis{Trouble: Silent}},
		{"Dead", func(c *Config) { c.Activation = ReLU }, -100, Diagnosis{Trouble: Dead, Layer: 1, Idle: 8}},
		{"Saturated", nil, 8, Diagnosis{Trouble: Saturated, Layer: 1, Idle: 8}},
		{"Leaky", func(c *Config) { c.Activation = LeakyReLU }, -100, Diagnosis{Trouble: Stuck}},
		{"Stuck", nil, math.NaN(), Diagnosis{Trouble: Stuck}},
	} {
		s := twoClasses(test.change)
		at := trainer(t, s)
		at.step = 199
		if !math.IsNaN(test.weight) {
			for i := range at.layers[1].b {
				at.layers[1].b[i] = test.weight
			}
		}
		if got := at.Diagnose(&h); got != test.want {
			t.Errorf("%s: Diagnose = %+v; want %+v", test.name, got, test.want)
		}
	}
}

// TestIdle: a unit is dead where its slope is 0 at every training point, and saturated where it is
// hardly above at nearly all.
func TestIdle(t *testing.T) {
	s := twoClasses(func(c *Config) { c.Activation, c.Dropout = ReLU, 0.5 })
	at := trainer(t, s)
	before := at.Result()
	for i := range at.layers[0].b {
		at.layers[0].b[i] = 10
	}
	at.layers[0].b[2] = -10
	if got, want := fmt.Sprint(at.Idle()[0]), "{8 1 0}"; got != want {
		t.Errorf("Idle = %s; want %s", got, want)
	}
	for i := range at.layers[0].b {
		at.layers[0].b[i] = 0
	}
	at.Idle()
	if after := at.Result(); !reflect.DeepEqual(after, before) {
		t.Error("Idle changes the network")
	}
	sigmoid := trainer(t, twoClasses(func(c *Config) { c.Activation = Sigmoid }))
	sigmoid.layers[1].b[0], sigmoid.layers[1].b[1] = 30, -9
	if got, want := fmt.Sprint(sigmoid.Idle()), "[{8 0 0} {8 0 2}]"; got != want {
		t.Errorf("Idle of sigmoids = %s; want %s", got, want)
	}
}

// TestIsBest: the newest sample is the best if no other that can be compared is as low.
func TestIsBest(t *testing.T) {
	for _, test := range []struct {
		loss, test []float64
		since      int
		want       bool
	}{
		{nil, nil, 0, false},
		{[]float64{1}, nil, 0, true},
		{[]float64{1, 0.5}, nil, 0, true},
		{[]float64{0.5, 0.5}, nil, 0, false},
		{[]float64{0.1, 0.5, 0.4}, nil, 0, false},
		{[]float64{0.1, 0.5, 0.4}, nil, 1, true},
		{[]float64{1, 0.5}, []float64{1, 2}, 0, false},
		{[]float64{1, 2}, []float64{1, 0.5}, 0, true},
	} {
		h := curve(test.loss, test.test)
		h.Since = test.since
		if got := h.IsBest(); got != test.want {
			t.Errorf("IsBest of %v, %v since %d = %t; want %t", test.loss, test.test, test.since, got, test.want)
		}
	}
}
