package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// metricsOf is a made-up measurement, the same for the same step; held says that points are held
// out.
func metricsOf(step int, held bool) Metrics {
	at := func(v float64) *float64 { return &v }
	m := Metrics{Loss: 1 / float64(step+3), Accuracy: at(float64(step%7) / 7)}
	if held {
		m.TestLoss, m.TestAccuracy = at(math.Abs(math.Sin(float64(step)))+0.1), at(float64(step%3)/3)
	}
	return m
}

// posted returns the history as a browser gives it back: through JSON.
func posted(tb testing.TB, h History) History {
	tb.Helper()
	var back History
	if err := json.Unmarshal([]byte(toJSON(tb, h)), &back); err != nil {
		tb.Fatal(err)
	}
	return back
}

// checkHistory checks what always holds.
func checkHistory(t *testing.T, h History, first, last int) {
	t.Helper()
	if err := h.Validate(); err != nil {
		t.Fatalf("Validate() = %v of %s", err, toJSON(t, h))
	}
	n := h.Len()
	if n == 0 || n > MaxSamples || h.Step[0] != first || h.Step[n-1] != last {
		t.Fatalf("%d samples at %v; want at most %d from step %d to %d", n, h.Step, MaxSamples,
			first, last)
	}
	for i := 1; i < n-1; i++ {
		if gap := h.Step[i] - h.Step[i-1]; gap < h.Every {
			t.Fatalf("samples at the steps %v; want those that stay at least %d apart", h.Step,
				h.Every)
		}
	}
}

// TestHistoryAdd: whatever the frames, the history is bounded, in order, with the first and the
// newest sample, and evenly spread; a detour over JSON changes nothing.
func TestHistoryAdd(t *testing.T) {
	for seed := range uint64(30) {
		rng := newRand(seed)
		most := 1 + rng.IntN(200)
		steps := []int{rng.IntN(3) * 1000}
		for range 1 + rng.IntN(3000) {
			steps = append(steps, steps[len(steps)-1]+1+rng.IntN(most))
		}
		var h, twin History
		for i, step := range steps {
			h.Add(step, step/3, metricsOf(step, true))
			twin = sometimesPosted(t, twin, rng)
			twin.Add(step, step/3, metricsOf(step, true))
			checkHistory(t, h, steps[0], step)
			if i%100 == 0 && !reflect.DeepEqual(h, twin) {
				t.Fatalf("in one run the history is %s; with requests between, %s", toJSON(t, h),
					toJSON(t, twin))
			}
		}
		if !reflect.DeepEqual(h, twin) {
			t.Fatalf("in one run the history is %s; with requests between, %s", toJSON(t, h),
				toJSON(t, twin))
		}
		// Every sample is one that was given.
		for i, step := range h.Step {
			m := metricsOf(step, true)
			if !slices.Contains(steps, step) || h.Epoch[i] != step/3 || h.Loss[i] != rounded(m.Loss, 5) || h.Accuracy[i] != rounded(*m.Accuracy, 5) ||
				h.TestLoss[i] != rounded(*m.TestLoss, 5) || h.TestAccuracy[i] != rounded(*m.TestAccuracy, 5) {
				t.Fatalf("sample %d of step %d is not what was measured: %s", i, step, toJSON(t, h))
			}
		}
		if len(steps) > 2*MaxSamples && h.Len() < MaxSamples/4 {
			t.Errorf("%d samples are left of %d; want a quarter of %d at least", h.Len(),
				len(steps), MaxSamples)
		}
		lowest := steps[0]
		for _, step := range steps {
			if rounded(*metricsOf(step, true).TestLoss, 5) < rounded(*metricsOf(lowest, true).TestLoss, 5) {
				lowest = step
			}
		}
		if want := (Best{lowest, lowest / 3, rounded(*metricsOf(lowest, true).TestLoss, 5)}); h.Best == nil || *h.Best != want {
			t.Errorf("the best is %+v; want %+v", h.Best, want)
		}
	}
}

// sometimesPosted is posted, now and then.
func sometimesPosted(tb testing.TB, h History, rng *rand.Rand) History {
	if rng.IntN(20) > 0 {
		return h
	}
	return posted(tb, h)
}

// TestHistoryThins: with a frame for each update the samples are halved when there are too many,
// and new ones come half as often.
func TestHistoryThins(t *testing.T) {
	var h History
	for step := range MaxSamples {
		h.Add(step, step, Metrics{Loss: 1})
	}
	if h.Len() != MaxSamples || h.Every != 1 {
		t.Fatalf("%d samples, every %d; want all of %d", h.Len(), h.Every, MaxSamples)
	}
	h.Add(MaxSamples, MaxSamples, Metrics{Loss: 1})
	if h.Len() != MaxSamples/2+1 || h.Every != 2 || h.Step[1] != 2 || h.Step[h.Len()-1] != MaxSamples {
		t.Fatalf("every %d, %v; want each second of %d", h.Every, h.Step, MaxSamples+1)
	}
	for i, want := range []int{1, 1, 2, 2, 3} { // more samples than now
		step := MaxSamples + 1 + i
		h.Add(step, step, Metrics{Loss: 1})
		if got := h.Len() - MaxSamples/2 - 1; got != want {
			t.Errorf("at step %d there are %d more samples; want %d", step, got, want)
		}
	}
	// Frames that are far apart already are halved as well.
	h = History{}
	for i := range MaxSamples + 1 {
		h.Add(100*i, i, Metrics{Loss: 1})
	}
	if h.Len() != MaxSamples/2+1 || h.Every != 128 || h.Step[1] != 200 {
		t.Errorf("%d samples, every %d, from %v; want each second", h.Len(), h.Every, h.Step[:2])
	}
}

// TestHistoryBranches: to go on from an older moment is to never have gone further; from step 0 it
// is a new run.
func TestHistoryBranches(t *testing.T) {
	var h History
	for step := 0; step <= 50; step++ {
		h.Add(step, step/2, metricsOf(step, step >= 20))
	}
	for _, test := range []struct{ step, epoch int }{{30, 15}, {30, 16}, {20, 10}, {10, 5}, {1, 0}, {0, 0}, {50, 25}, {60, 10}} {
		branch := posted(t, h)
		branch.Add(test.step, test.epoch, metricsOf(test.step, false))
		var want History
		for step := 0; step < test.step && step <= 50 && step/2 <= test.epoch; step++ {
			want.Add(step, step/2, metricsOf(step, step >= 20))
		}
		want.Add(test.step, test.epoch, metricsOf(test.step, false))
		if !reflect.DeepEqual(branch, want) {
			t.Errorf("from step %d, epoch %d the history is\n%s\nwant that of a run that came there at once,\n%s", test.step, test.epoch, toJSON(t, branch), toJSON(t, want))
		}
	}
	h.Truncate(0)
	if !reflect.DeepEqual(h, History{}) {
		t.Errorf("until step 0 there is %s; want nothing", toJSON(t, h))
	}
	h.Truncate(7)
	h.Add(7, 1, Metrics{Loss: 0.5})
	if got, want := toJSON(t, h), `{"every":1,"step":[7],"epoch":[1],"loss":[0.5]}`; got != want {
		t.Errorf("a new run is %s; want %s", got, want)
	}
}

// TestHistoryHeldOut: a column begins when something is measured for the first time, and gaps are
// no values.
func TestHistoryHeldOut(t *testing.T) {
	one, half, zero := 1.0, 0.5, 0.0
	var h History
	h.Add(0, 0, Metrics{Loss: 0.123456})
	h.Add(1, 1, Metrics{Loss: 0.1, TestLoss: &one, TestAccuracy: &half})
	h.Add(2, 2, Metrics{Loss: 0.1})
	h.Add(3, 3, Metrics{Loss: 0.1, TestLoss: &half})
	const want = `{"every":1,"step":[0,1,2,3],"epoch":[0,1,2,3],"loss":[0.12346,0.1,0.1,0.1],"test_loss":[-1,1,-1,0.5],"test_accuracy":[-1,0.5,-1,-1],` +
		`"best":{"step":3,"epoch":3,"test_loss":0.5}}`
	if got := toJSON(t, h); got != want {
		t.Errorf("the history is %s; want %s", got, want)
	}
	h.Add(4, 4, Metrics{Loss: 0.1, TestLoss: &half})
	if h.Best == nil || h.Best.Step != 3 {
		t.Errorf("after the same test loss again the best is %+v; want the first, of step 3",
			h.Best)
	}
	renewed := h.Clone()
	renewed.Renew(2)
	if renewed.Best != nil {
		t.Errorf("with other points the best is %+v; want none yet", renewed.Best)
	}
	renewed.Add(5, 5, Metrics{Loss: 0.1, TestLoss: &one})
	renewed.Add(6, 6, Metrics{Loss: 0.1, TestLoss: &half})
	renewed.Truncate(6)
	if renewed.Best == nil || renewed.Best.Step != 3 {
		t.Errorf("the best before step 6, of points that are there since step 2, is %+v; want that of step 3", renewed.Best)
	}
	renewed.Since = 4
	renewed.Add(6, 6, Metrics{Loss: 0.1, TestLoss: &zero})
	renewed.Truncate(6)
	if renewed.Best == nil || renewed.Best.Step != 4 {
		t.Errorf("the best before step 6, of points that are there since step 4, is %+v; want that of step 4", renewed.Best)
	}
	h.Truncate(3)
	if h.Best == nil || *h.Best != (Best{1, 1, 1}) {
		t.Errorf("before step 3 the best is %+v; want that of step 1", h.Best)
	}
	h.Truncate(1)
	if got, want := toJSON(t, h), `{"every":1,"step":[0],"epoch":[0],"loss":[0.12346]}`; got != want {
		t.Errorf("before step 1 the history is %s; want %s", got, want)
	}
}

// TestHistoryFinite: what is not finite is never kept.
func TestHistoryFinite(t *testing.T) {
	nan, infinite, good := math.NaN(), math.Inf(1), 0.25
	var h History
	h.Add(0, 0, Metrics{Loss: math.MaxFloat64, TestLoss: &infinite, Accuracy: &nan})
	h.Add(1, 1, Metrics{Loss: 5e-324, TestLoss: &good})
	h.Add(2, 2, Metrics{Loss: nan, TestLoss: &good})
	h.Add(3, 3, Metrics{Loss: infinite})
	const want = `{"every":1,"step":[0,1],"epoch":[0,1],"loss":[1.7976e+308,5e-324],"test_loss":[-1,0.25],"best":{"step":1,"epoch":1,"test_loss":0.25}}`
	if got := toJSON(t, h); got != want {
		t.Errorf("the history is %s; want %s", got, want)
	}
	for v, want := range map[float64]float64{0: 0, 1: 1, 0.6931471805599453: 0.69315, 123456: 123460, 1.00005: 1.0001, 99999.5: 100000, 1.5e-320: 1.5e-320} {
		if got := rounded(v, 5); got != want {
			t.Errorf("rounded(%v) = %v; want %v", v, got, want)
		}
	}
	if math.Signbit(rounded(math.Copysign(0, -1), 5)) {
		t.Error("rounded(-0) is negative; want 0")
	}
}

// TestHistoryValidate: each fault is named with its place.
func TestHistoryValidate(t *testing.T) {
	list := func(n int, v string) string { return strings.TrimSuffix(strings.Repeat(v+",", n), ",") }
	for _, test := range []struct{ json, want string }{
		{`{}`, ""},
		{`{"every":4,"step":[0,1],"epoch":[0,0],"loss":[1,0]}`, ""},
		{`{"every":1,"step":[5,9007199254740991],"epoch":[2,9007199254740991],"loss":[1,2],"accuracy":[0,1],"test_loss":[-1,0],"test_accuracy":[-1,0.5],"best":{"step":7,"epoch":3,"test_loss":0}}`, ""},
		{`{"every":1}`, "history.every must be left out"},
		{`{"best":{"step":0,"epoch":0,"test_loss":0}}`, "history.best must be left out"},
		{`{"epoch":[1]}`, "history.epoch must have 0 numbers, one for each step; has 1"},
		{`{"every":1,"step":[0],"loss":[1]}`, "history.epoch must have 1 numbers"},
		{`{"every":1,"step":[0],"epoch":[0]}`, "history.loss must have 1 numbers"},
		{`{"every":1,"step":[0],"epoch":[0],"loss":[1],"accuracy":[1,1]}`, "history.accuracy must have 1 numbers, one for each step; has 2"},
		{`{"every":1,"step":[0],"epoch":[0],"loss":[1],"test_loss":[1,1]}`, "history.test_loss must have"},
		{`{"every":1,"step":[0],"epoch":[0],"loss":[1],"test_accuracy":[1,1]}`, "history.test_accuracy must have"},
		{`{"step":[0],"epoch":[0],"loss":[1]}`, "history.every must be from 1 to 2^53-1; got 0"},
		{`{"every":9007199254740992,"step":[0],"epoch":[0],"loss":[1]}`, "history.every must be from 1"},
		{`{"every":1,"step":[-1],"epoch":[0],"loss":[1]}`, "history.step[0] must be from 0"},
		{`{"every":1,"step":[3,3],"epoch":[0,0],"loss":[1,1]}`, "history.step[1] must be from 4 to 2^53-1, in the order of the run; got 3"},
		{`{"every":1,"step":[9007199254740992],"epoch":[0],"loss":[1]}`, "history.step[0] must be"},
		{`{"every":1,"step":[3,4],"epoch":[2,1],"loss":[1,1]}`, "history.epoch[1] must be from 2"},
		{`{"every":1,"step":[3],"epoch":[0],"loss":[-1]}`, "history.loss[0] must be 0 or more; got -1"},
		{`{"every":1,"step":[3],"epoch":[0],"loss":[1],"accuracy":[1.1]}`, "history.accuracy[0] must be from 0 to 1, or -1 where nothing was measured; got 1.1"},
		{`{"every":1,"step":[3],"epoch":[0],"loss":[1],"test_loss":[-0.5]}`, "history.test_loss[0] must be 0 or more, or -1 where nothing was measured; got -0.5"},
		{`{"every":1,"step":[3],"epoch":[0],"loss":[1],"test_accuracy":[-2]}`, "history.test_accuracy[0] must be"},
		{`{"every":1,"step":[3],"epoch":[1],"loss":[1],"best":{"step":4,"epoch":1,"test_loss":1}}`, "history.best.step must be from 0 to the last step, 3; got 4"},
		{`{"every":1,"step":[3],"epoch":[1],"loss":[1],"best":{"step":3,"epoch":2,"test_loss":1}}`, "history.best.epoch must be"},
		{`{"every":1,"step":[3],"epoch":[1],"loss":[1],"best":{"step":3,"epoch":1,"test_loss":-1}}`, "history.best.test_loss must be"},
		{fmt.Sprintf(`{"every":1,"step":[%s]}`, list(MaxSamples+1, "0")), "history.step must have at most 256 samples; has 257"},
	} {
		var h History
		if err := json.Unmarshal([]byte(test.json), &h); err != nil {
			t.Fatal(err)
		}
		err := h.Validate()
		var field *FieldError
		switch {
		case test.want == "" && err != nil:
			t.Errorf("Validate(%.200s) = %v; want no error", test.json, err)
		case test.want != "" && (!errors.As(err, &field) || !strings.HasPrefix(err.Error(), test.want)):
			t.Errorf("Validate(%.200s) = %v; want %s", test.json, err, test.want)
		}
	}
	h := History{Every: 1, Step: []int{1}, Epoch: []int{1}, Loss: []float64{math.Inf(1)}}
	if err := h.Validate(); err == nil {
		t.Error("Validate of an infinite loss = nil; want an error")
	}
	h.Loss[0] = math.NaN()
	if err := h.Validate(); err == nil {
		t.Error("Validate of a loss that is NaN = nil; want an error")
	}
}

// TestHistoryAfterAnything: whatever valid history is posted, more samples keep it valid.
func TestHistoryAfterAnything(t *testing.T) {
	h := History{Every: 1, Step: make([]int, MaxSamples), Epoch: make([]int, MaxSamples), Loss: make([]float64, MaxSamples)}
	for i := range h.Step {
		h.Step[i] = i
	}
	for _, every := range []int{1, 300, MaxCount} {
		h := posted(t, h)
		h.Every = every
		for _, step := range []int{1000, MaxCount - 1, MaxCount} {
			h.Add(step, 1, Metrics{Loss: 1})
			if err := h.Validate(); err != nil || h.Step[h.Len()-1] != step || h.Step[0] != 0 {
				t.Errorf("of every %d at step %d the steps are %v, %v; want a valid history up to it", every, step, h.Step, err)
			}
		}
	}
}

// TestHistoryClone: what is added to a history does not change its copy.
func TestHistoryClone(t *testing.T) {
	var h History
	loss := 0.5
	for i := range MaxSamples {
		h.Add(i, i, Metrics{Loss: 1, Accuracy: &loss, TestLoss: &loss, TestAccuracy: &loss})
	}
	c, want := h.Clone(), h.Clone()
	h.Best.Step = 7
	h.Add(MaxSamples, MaxSamples, Metrics{Loss: 2}) // thins it out, in place
	h.Add(1, 1, Metrics{Loss: 3, Accuracy: &loss})
	if !reflect.DeepEqual(c, want) || c.Len() != MaxSamples || c.Best.Step != 0 {
		t.Errorf("the copy has the steps %v now; want %d of them", c.Step, MaxSamples)
	}
	var none History
	if got := none.Clone(); !reflect.DeepEqual(got, none) {
		t.Errorf("the copy of nothing is %+v", got)
	}
}
