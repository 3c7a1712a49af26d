package views

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestDiagnosis: each trouble is said in a sentence with the step at which it began, and at most two
// buttons lead out, to what the server can do.
func TestDiagnosis(t *testing.T) {
	const back = "Back to step 35, the best"
	linear := func(l *Lab) { l.State.Config.HiddenLayers = nil }
	deep := func(l *Lab) {
		l.State.Config.Activation, l.State.Config.HiddenLayers = nn.Sigmoid, []int{8, 8, 8, 8}
	}
	quick := func(l *Lab) { l.State.Config.LearningRate = 0.1 }
	flat := func(l *Lab) { l.State.Config.Activation = nn.Linear }
	dropped := func(l *Lab) { l.State.Config.Dropout = 0.9 }
	priced := func(l *Lab) { l.State.Config.L1, l.State.Config.L2 = 0.001, 0.02 }
	decayed := func(l *Lab) { l.State.Config.Schedule = nn.StepDecay }
	lost := func(l *Lab) { l.Kept = NoMoment }
	here := func(l *Lab) { l.Kept = l.State.Network.Step }
	penalised := func(l *Lab) { l.State.Config.L2 = 0.1 }
	locked := func(l *Lab) { l.Lesson.Lock = []string{PartSettings} }
	hidden := func(l *Lab) { linear(l); l.Lesson.Hide = []string{PartNetwork} }
	for _, test := range []struct {
		trouble nn.Trouble
		change  func(l *Lab)
		says    string
		exits   []string // labels, each with the act behind it
	}{
		{"", nil, "", nil},
		{nn.Exploding, nil, "has grown without limit since step 1\u202f234", []string{back, "… with a tenth of the learning rate, 0.003: change-setting learning_rate=0.003"}},
		{nn.Exploding, lost, "without limit", []string{"Start over with a tenth of the learning rate, 0.003: restart-with learning_rate=0.003"}},
		{nn.Exploding, here, "without limit", []string{"Start over with a tenth of the learning rate, 0.003: restart-with learning_rate=0.003"}},
		{nn.Exploding, locked, "without limit", []string{back}},
		{nn.Leaping, nil, "Since step 1\u202f234 the loss leaps about", []string{back, "… with a tenth of the learning rate, 0.003: change-setting learning_rate=0.003"}},
		{nn.Rising, nil, "has risen since step 1\u202f234", []string{back, "… with a tenth of the learning rate, 0.003: change-setting learning_rate=0.003"}},
		{nn.Silent, nil, "Nothing has moved since step 1\u202f234: all weights are 0", []string{"Start over with random weights: restart-with init=auto"}},
		{nn.Dead, nil, "hardly moved since step 1\u202f234. 5 of 8 units of hidden 2 are dead", []string{"Start over with Leaky ReLU: restart-with activation=leaky_relu", "Start over with a tenth of the learning rate, 0.003: restart-with learning_rate=0.003"}},
		{nn.Saturated, nil, "5 of 8 units of hidden 2 are saturated", []string{"Start over with a tenth of the learning rate, 0.003: restart-with learning_rate=0.003", "Other random weights: reseed"}},
		{nn.Stuck, nil, "hardly moved since step 1\u202f234.", []string{"Ten times the learning rate, 0.3: change-setting learning_rate=0.3", "Other random weights: reseed"}},
		{nn.Stuck, quick, "hardly moved", []string{"Other random weights: reseed", "Add a hidden layer: add-layer"}},
		{nn.Stuck, linear, "only draw a straight line", []string{"Add a hidden layer: add-layer"}},
		{nn.Stuck, hidden, "only draw a straight line", nil},
		{nn.Stuck, deep, "hardly any gradient", []string{"Start over with ReLU: restart-with activation=relu"}},
		{nn.Stuck, flat, "activation is linear", []string{"Start over with ReLU: restart-with activation=relu", "Start over with Tanh: restart-with activation=tanh"}},
		{nn.Stuck, penalised, "The penalty pulls", []string{"Start over without the L2 penalty: restart-with l2=0"}},
		{nn.Stuck, priced, "The penalty pulls", []string{"Start over without the L2 penalty: restart-with l2=0", "Start over without the L1 penalty: restart-with l1=0"}},
		{nn.Stuck, dropped, "Dropout leaves so few units", []string{"Start over without dropout: restart-with dropout=0"}},
		{nn.Stuck, decayed, "The schedule has made", []string{"Keep the learning rate constant: change-setting schedule=constant"}},
		{nn.Overfitting, nil, "The test loss has risen since step 1\u202f234 while the train loss fell", []string{back, "… with an L2 penalty of 0.01: change-setting l2=0.01"}},
		{nn.Overfitting, penalised, "by heart", []string{back}},
		{nn.Overfitting, lost, "by heart", nil},
	} {
		l := sampleLab(t, dataset.Circles, nil)
		l.State.Network.Step, l.Kept = 2000, 35
		l.Diagnosis = nn.Diagnosis{Trouble: test.trouble, Since: 1234, Layer: 1, Idle: 5}
		if test.change != nil {
			test.change(&l)
		}
		e := render(t, Diagnosis(l))
		said := ""
		for _, p := range e.all("p") {
			said += p.content()
		}
		if !strings.Contains(said, test.says) || (said == "") != (test.says == "") {
			t.Errorf("%s: the page says %q; want %q", test.trouble, said, test.says)
		}
		var exits []string
		for _, b := range e.all("button") {
			text := b.content()
			if act := b.attr("value"); act != "" {
				text += ": " + act
			}
			_, back := b.lookup("data-back")
			if scripted := strings.Contains(b.attr("class"), "script-only"); scripted != back {
				t.Errorf("%s: whether %q needs the script is %t; want that of a way back, %t", test.trouble, text, scripted, back)
			}
			exits = append(exits, text)
		}
		if !slices.Equal(exits, test.exits) {
			t.Errorf("%s: the ways out are %q; want %q", test.trouble, exits, test.exits)
		}
	}
	for _, trouble := range nn.Troubles() {
		if troubles[trouble].text == nil {
			t.Errorf("the page has no words for %s", trouble)
		}
	}
	if len(troubles) != len(nn.Troubles()) {
		t.Errorf("the page has words for %d troubles; want %d", len(troubles), len(nn.Troubles()))
	}
}

// TestSaying: in a stream the sentence is sent when it or its buttons change, and only then.
func TestSaying(t *testing.T) {
	l := sampleLab(t, dataset.Circles, nil)
	l.State.Network.Step = 100
	f := NewFrameWriter(l.State.Config, 0)
	for i, step := range []struct {
		trouble nn.Trouble
		kept    int
		sent    bool
	}{
		{"", NoMoment, true}, {"", 3, false}, {nn.Rising, 3, true}, {nn.Rising, 3, false}, {nn.Rising, 7, true}, {"", 8, true}, {"", 9, false},
	} {
		l.State.Network.Step++
		l.Diagnosis, l.Kept = nn.Diagnosis{Trouble: step.trouble}, step.kept
		if _, sent := partsOf(t, frame(t, f, &l))["#diagnosis"]; sent != step.sent {
			t.Errorf("frame %d has the diagnosis: %t; want %t", i, sent, step.sent)
		}
	}
}

// TestKeep: the page is told which state is its best moment.
func TestKeep(t *testing.T) {
	l := sampleLab(t, dataset.Circles, nil)
	l.Metrics, l.History, l.Kept = &nn.Metrics{Loss: 0.5}, nn.History{}, NoMoment
	for i, loss := range []float64{0.5, 0.6, 0.4} {
		l.State.Network.Step = i
		l.History.Add(i, i, nn.Metrics{Loss: loss})
		l.Keep()
		_, marked := render(t, Live(l)).one(t, "#picture").lookup("data-best")
		if want := i != 1; l.Best != want || marked != want || l.Kept != []int{0, 0, 2}[i] {
			t.Errorf("loss %d: best %t, marked %t, kept %d; want %t", i, l.Best, marked, l.Kept, want)
		}
	}
}
